/** The paged key/value cache: a pool of pages that sequences take as they grow. */
@NullMarked
package dev.tenon.models.cache;

import org.jspecify.annotations.NullMarked;
