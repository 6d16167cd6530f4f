/**
 * How kernels are led over tensors of any layout: axes are merged, the innermost runs go to vector kernels in place where
 * they are contiguous F32, and through a small staging area in the cache where they are not.
 */
@NullMarked
package dev.tenon.cpu.plan;

import org.jspecify.annotations.NullMarked;
