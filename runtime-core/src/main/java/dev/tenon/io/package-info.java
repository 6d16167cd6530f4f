/** Files: read-only mapping, writing that leaves the old file or the whole new one, and names made safe to print. */
@NullMarked
package dev.tenon.io;

import org.jspecify.annotations.NullMarked;
