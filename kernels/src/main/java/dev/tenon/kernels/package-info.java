/** The sources of device kernels, by name. */
@NullMarked
package dev.tenon.kernels;

import org.jspecify.annotations.NullMarked;
