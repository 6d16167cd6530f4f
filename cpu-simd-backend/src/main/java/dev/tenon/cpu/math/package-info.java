/**
 * Elementary functions on vectors of F32, each with its greatest error in units of the last place (ulp). Methods take and
 * give vectors and are small enough for C2 to inline, so that no vector is ever an object. {@link
 * dev.tenon.cpu.math.DoubleMath} has what {@link java.lang.Math} lacks in F64.
 *
 * <p>Polynomial coefficients are least-maximum-error fits of our own, each rounded to F32 with the rest refitted.
 */
@NullMarked
package dev.tenon.cpu.math;

import org.jspecify.annotations.NullMarked;
