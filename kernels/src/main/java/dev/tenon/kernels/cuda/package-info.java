/** Launches of the kernels for NVIDIA's tensor cores, as data: which kernel an operator comes to, with which arguments. */
@NullMarked
package dev.tenon.kernels.cuda;

import org.jspecify.annotations.NullMarked;
