/** The CPU backend: Vector API kernels for any CPU that Java runs on, and machine code for x86-64. */
@NullMarked
package dev.tenon.cpu;

import org.jspecify.annotations.NullMarked;
