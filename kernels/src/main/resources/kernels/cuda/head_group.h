/*
 * Tiles of heads for a warpgroup's products: lines of a head in slabs of 64 elements, as bulk tensor copies bring them (the
 * 128-byte swizzle), one slab after the other. Heads of other sizes are filled up with the zeros that a copy brings for what
 * lies past a tensor: sums over a head leave these out, products whose columns are a head's elements do not.
 */
#pragma once
#include "group_product.h"

template <u32 HEAD> struct HeadSlabs {
    static const u32 WIDTH = HEAD <= 64 ? 64 : HEAD <= 128 ? 128 : 256;
};

/* LINES lines of a head in boxes of BOX lines; their bytes are expected already. */
template <u32 WIDTH, u32 LINES, u32 BOX>
TN_FUNCTION void copy_heads(u32 to, const TensorMap *map, i32 position, i32 head, i32 batch, u32 counter) {
#pragma unroll
    for (u32 slab = 0; slab < WIDTH / 64; slab++) {
#pragma unroll
        for (u32 line = 0; line < LINES; line += BOX) {
            copy_box4(to + (slab * LINES + line) * 128, map, (i32)(slab * 64), position + (i32)line, head, batch, counter);
        }
    }
}

/* d = left right^T: 64 lines by N, over a head's elements; the tiles have LEFT_LINES and N lines. */
template <class T, u32 HEAD, u32 LEFT_LINES, u32 N> TN_FUNCTION void dots_of_heads(f32 *d, u32 left, u32 right) {
#pragma unroll
    for (u32 k = 0; k < HEAD; k += 16) {
        GroupProduct<T, N>::template run<0, 0>(
            d, matrix_descriptor(left + k / 64 * LEFT_LINES * 128 + k % 64 * 2, 16, 1024),
            matrix_descriptor(right + k / 64 * N * 128 + k % 64 * 2, 16, 1024), k > 0);
    }
}

/* d += weights lines: 64 rows of LINES weights, in registers, by a tile's lines. */
template <class T, u32 WIDTH, u32 LINES> TN_FUNCTION void add_lines(f32 *d, const u32 (*weights)[4], u32 tile) {
#pragma unroll
    for (u32 k = 0; k < LINES / 16; k++) {
        GroupProduct<T, WIDTH>::fromRegisters(d, weights[k], matrix_descriptor(tile + k * 16 * 128, LINES * 128, 1024), 1);
    }
}
