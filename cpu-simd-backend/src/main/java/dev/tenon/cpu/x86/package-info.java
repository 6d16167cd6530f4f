/**
 * Machine code for x86-64, written at start-up for the processor at hand: an assembler of the instructions that the kernels
 * need, the kernels, and the memory that they run in. Nothing here is needed for a right result; the Vector API kernels
 * compute the same where this cannot run.
 */
@NullMarked
package dev.tenon.cpu.x86;

import org.jspecify.annotations.NullMarked;
