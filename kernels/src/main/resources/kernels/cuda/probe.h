/*
 * Operands of the kernels that measure what tensor cores do at most: whole numbers of changing sizes and signs, since a device that
 * multiplies zeros draws less power, and so runs faster, than it ever does at work. Products come in pairs, a b and a (d - b), so
 * that sums stay exact: each pair adds a d, where d is 0 or 1. The host adds up the same.
 */
#pragma once
#include "element.h"

/* From -64 to 63. */
TN_FUNCTION i32 probe_number(u32 i) {
    return (i32)(i * 2654435761u >> 25) - 64;
}
TN_FUNCTION f32 probe_left(u32 row, u32 term) {
    return (f32)probe_number(row * 64 + term);
}
TN_FUNCTION f32 probe_right(u32 term, u32 column) {
    return (f32)probe_number(4096 + term * 256 + column);
}
TN_FUNCTION f32 probe_rest(u32 term, u32 column) {
    return (f32)((term + column) % 3 == 0) - probe_right(term, column);
}
