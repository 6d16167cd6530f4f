/** The team of threads that kernels are split over, and its reusable scratch memory. */
@NullMarked
package dev.tenon.cpu.thread;

import org.jspecify.annotations.NullMarked;
