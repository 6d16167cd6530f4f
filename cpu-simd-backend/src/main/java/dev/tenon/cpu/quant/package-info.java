/**
 * The block-quantized types of GGUF. {@link dev.tenon.cpu.quant.Blocks} is the way in; formats are those of ggml's {@code
 * ggml-common.h}, and the quantizers of the 32-element types choose scales as ggml's reference quantizers do; those
 * of the 256-element types search further.
 */
@NullMarked
package dev.tenon.cpu.quant;

import org.jspecify.annotations.NullMarked;
