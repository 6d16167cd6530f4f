/**
 * What users of Tenon touch first: {@link dev.tenon.Tensor}, its {@link dev.tenon.DType} and {@link dev.tenon.Layout},
 * the {@link dev.tenon.Scope} that owns its memory, and {@link dev.tenon.Tenon}, which finds devices.
 */
@NullMarked
package dev.tenon;

import org.jspecify.annotations.NullMarked;
