/**
 * Each operator's binding to kernels, in the class {@code Cpu<Op>}: it resolves addresses, strides and the split into tasks,
 * and gives a {@link java.lang.Runnable} that can run many times.
 */
@NullMarked
package dev.tenon.cpu.op;

import org.jspecify.annotations.NullMarked;
