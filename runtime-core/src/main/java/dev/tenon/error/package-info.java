/** Every error that Tenon throws: typed, unchecked, under {@link dev.tenon.error.TenonException}. */
@NullMarked
package dev.tenon.error;

import org.jspecify.annotations.NullMarked;
