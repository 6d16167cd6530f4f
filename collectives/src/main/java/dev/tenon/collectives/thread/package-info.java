/** Ranks that are threads of one process. */
@NullMarked
package dev.tenon.collectives.thread;

import org.jspecify.annotations.NullMarked;
