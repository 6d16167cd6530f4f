/** Measures what this machine's cores and memory can do at most. */
@NullMarked
package dev.tenon.cpu.probe;

import org.jspecify.annotations.NullMarked;
