/** The CUDA backend: devices, memory, streams, modules and graphs, by way of the driver alone. */
@NullMarked
package dev.tenon.cuda;

import org.jspecify.annotations.NullMarked;
