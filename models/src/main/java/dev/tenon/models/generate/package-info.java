/** Text from a model: prompt, sampling, stop conditions and streaming put together; perplexity. */
@NullMarked
package dev.tenon.models.generate;

import org.jspecify.annotations.NullMarked;
