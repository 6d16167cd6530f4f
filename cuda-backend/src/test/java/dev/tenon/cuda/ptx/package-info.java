/** Runs PTX text on the processor, as the PTX ISA says what it means. */
@NullMarked
package dev.tenon.cuda.ptx;

import org.jspecify.annotations.NullMarked;
