/** The suite that every backend runs, and the double-precision reference it is held to. */
@NullMarked
package dev.tenon.conformance;

import org.jspecify.annotations.NullMarked;
