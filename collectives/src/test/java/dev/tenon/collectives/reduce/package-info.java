/** Tests of the arithmetic between ranks. */
@NullMarked
package dev.tenon.collectives.reduce;

import org.jspecify.annotations.NullMarked;
