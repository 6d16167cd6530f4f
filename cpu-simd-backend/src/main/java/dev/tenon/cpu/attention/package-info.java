/** Attention, its backward and rotary embedding: tiled Vector API kernels over raw addresses and any strides. */
@NullMarked
package dev.tenon.cpu.attention;

import org.jspecify.annotations.NullMarked;
