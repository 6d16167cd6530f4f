/** Host memory: buffers and the caching pool that they come from. For backends. */
@NullMarked
package dev.tenon.memory;

import org.jspecify.annotations.NullMarked;
