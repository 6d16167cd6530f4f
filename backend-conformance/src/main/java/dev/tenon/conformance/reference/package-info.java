/**
 * What every operator means, computed slowly in double precision from the bytes of its operands. Independent of every
 * backend: it reads storages by download and applies layouts itself.
 */
@NullMarked
package dev.tenon.conformance.reference;

import org.jspecify.annotations.NullMarked;
