/** Matrix products: a packed, cache-blocked GEMM, and kernels of their own for one to eight rows. */
@NullMarked
package dev.tenon.cpu.gemm;

import org.jspecify.annotations.NullMarked;
