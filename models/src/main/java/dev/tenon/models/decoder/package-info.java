/**
 * Decoder-only language models: configuration, weights in place in the model's file, and the steps that run them over a
 * paged cache. Start at {@link dev.tenon.models.decoder.Decoder}.
 */
@NullMarked
package dev.tenon.models.decoder;

import org.jspecify.annotations.NullMarked;
