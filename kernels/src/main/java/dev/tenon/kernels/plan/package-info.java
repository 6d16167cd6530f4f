/** One class an operator: which kernels it comes to, over which ranges. */
@NullMarked
package dev.tenon.kernels.plan;

import org.jspecify.annotations.NullMarked;
