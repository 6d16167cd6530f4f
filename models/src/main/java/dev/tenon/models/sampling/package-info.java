/** Choosing the next token from a model's logits. */
@NullMarked
package dev.tenon.models.sampling;

import org.jspecify.annotations.NullMarked;
