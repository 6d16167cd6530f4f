/**
 * Random numbers that are a pure function of a seed and a place: the same on every backend, in any order, on any number
 * of threads. {@link dev.tenon.random.Philox} makes the bits; {@link dev.tenon.random.RandomValues} defines, operation by
 * operation, what numbers the bits stand for.
 */
@NullMarked
package dev.tenon.random;

import org.jspecify.annotations.NullMarked;
