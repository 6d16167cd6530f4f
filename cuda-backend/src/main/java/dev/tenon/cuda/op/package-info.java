/** Which kernels an operator comes to on a CUDA device. */
@NullMarked
package dev.tenon.cuda.op;

import org.jspecify.annotations.NullMarked;
