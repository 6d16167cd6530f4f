/** One class an operator: which kernels it comes to, over which ranges. */
@NullMarked
package dev.tenon.opencl.op;

import org.jspecify.annotations.NullMarked;
