/** The innermost loops: one static method each, over contiguous elements at absolute addresses. */
@NullMarked
package dev.tenon.cpu.kernel;

import org.jspecify.annotations.NullMarked;
