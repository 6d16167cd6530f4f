/** Tests of the transports: one suite over all of them, faults, and launchers. */
@NullMarked
package dev.tenon.collectives;

import org.jspecify.annotations.NullMarked;
