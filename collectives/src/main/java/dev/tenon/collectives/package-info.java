/** What the transports of this module share. */
@NullMarked
package dev.tenon.collectives;

import org.jspecify.annotations.NullMarked;
