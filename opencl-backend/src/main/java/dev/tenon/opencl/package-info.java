/** The OpenCL backend: platforms, devices, memory, queues and programs. Operators are in {@code op}. */
@NullMarked
package dev.tenon.opencl;

import org.jspecify.annotations.NullMarked;
