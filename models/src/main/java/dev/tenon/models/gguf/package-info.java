/**
 * GGUF model files: read in place (versions 2 and 3, little-endian, split files as one model) and written. Source: the
 * GGUF specification, {@code docs/gguf.md} of ggml.
 */
@NullMarked
package dev.tenon.models.gguf;

import org.jspecify.annotations.NullMarked;
