/** The CPU backend: Vector API kernels for any CPU that Java runs on. */
@NullMarked
package dev.tenon.cpu;

import org.jspecify.annotations.NullMarked;
