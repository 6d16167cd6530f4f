/** cuBLAS and cuBLASLt: where they are, and their calls. */
@NullMarked
package dev.tenon.cuda.blas;

import org.jspecify.annotations.NullMarked;
