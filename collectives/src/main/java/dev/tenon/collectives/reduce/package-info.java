/** The arithmetic of reductions between ranks, on contiguous off-heap memory. */
@NullMarked
package dev.tenon.collectives.reduce;

import org.jspecify.annotations.NullMarked;
