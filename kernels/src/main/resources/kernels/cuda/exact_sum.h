/* What products by quantized weights come to where parts of a sum are not finite. */
#pragma once
#include "blocks.h"

/* The sum of a row's elements, from first on, times a column's weights, one after another. */
template <class Format> TN_FUNCTION f32 exact_sum(const void *a, i32 type, i64 first, const u8 *blocks, i64 terms) {
    f32 sum = 0;
#pragma unroll 1
    for (i64 group = 0; group < terms / 8; group++) {
        u32 part = (u32)(group / 4 % Format::PARTS);
        u32 piece = (u32)(group % 4);
        Raw raw = {};
        i32 v[8];
        Format::load(raw, blocks + group / 4 / Format::PARTS * (i64)Format::BYTES, part, piece);
        Format::numbers(raw, part, piece, v);
#pragma unroll
        for (u32 i = 0; i < 8; i++) {
            f32 scale = Format::scale(raw, part, Format::TWO_SCALES ? i / 4 : 0);
            f32 weight = fmaf(scale, (f32)v[i], Format::minimum(raw, part));
            sum = fmaf(load_as(type, a, first + group / 4 * 32 + i / 4 * 16 + piece * 4 + i % 4), weight, sum);
        }
    }
    return sum;
}
