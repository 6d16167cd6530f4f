/** Ranks that are processes of one host, and meet in a file in the host's memory. */
@NullMarked
package dev.tenon.collectives.process;

import org.jspecify.annotations.NullMarked;
