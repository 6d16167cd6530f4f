/*
 * Matmul for devices whose work items are loops on a CPU's core: no local memory and no barrier, but vectors within an item.
 * Operands are packed as f32: a in panels of ROWS rows, b in panels of COLUMNS columns, each element of k after the other,
 * padded with zeros to whole panels and to a multiple of 32 in k. An item multiplies two panels; its sums are as many
 * vector registers. A row of b's panel is COLUMNS floats, which the compiler takes as whole vectors.
 */
#define OPERANDS 4
#include "tenon.h"
#include "matmul.h"

TN_KERNEL pack_rows(const TN_GLOBAL TN_STORAGE(A) * a, TN_GLOBAL f32 *panels, const TnAxes batch, const MatmulShape s,
                    const i64 fromBatch, const i64 fromRow, const i64 count) {
    i64 k32 = (s.k + 31) / 32;
    i64 panel = TN_GROUP_ID(1);
    i64 fromK = TN_GROUP_ID(0) * 32;
    TN_PLACES(at, batch, fromBatch + TN_GROUP_ID(2))
    TN_GLOBAL f32 *to = panels + ((TN_GROUP_ID(2) * ((count + ROWS - 1) / ROWS) + panel) * k32 * 32 + fromK) * ROWS;
    for (i32 r = 0; r < ROWS; r++) {
        i64 row = panel * ROWS + r;
        i64 from = at[0] + (fromRow + row) * s.aRow;
        for (i32 j = 0; j < 32; j++) {
            to[j * ROWS + r] =
                row < count && fromK + j < s.k ? TN_LOAD(A)(a, from + (fromK + j) * s.aColumn) : 0.0f;
        }
    }
}

TN_KERNEL pack_columns(const TN_GLOBAL B_STORAGE *b, TN_GLOBAL f32 *panels, const TnAxes batch, const MatmulShape s,
                       const i64 fromBatch, const i64 fromColumn, const i64 count) {
    i64 k32 = (s.k + 31) / 32;
    i64 panel = TN_GROUP_ID(1);
    i64 fromK = TN_GROUP_ID(0) * 32;
    TN_PLACES(at, batch, fromBatch + TN_GROUP_ID(2))
    TN_GLOBAL f32 *to =
        panels + ((TN_GROUP_ID(2) * ((count + COLUMNS - 1) / COLUMNS) + panel) * k32 * 32 + fromK) * COLUMNS;
    i64 first = panel * COLUMNS;
#ifdef QUANT
    for (i32 c = 0; c < COLUMNS; c++) {
        f32 x[32];
        if (first + c < count) {
            i64 block = at[1] + (fromColumn + first + c) * s.bColumn + fromK / TN_BLOCK_SIZE(B);
            TN_DECODE(B)(b + block * TN_BLOCK_BYTES(B), (i32)(fromK % TN_BLOCK_SIZE(B) / 32), x);
        } else {
            for (i32 j = 0; j < 32; j++) {
                x[j] = 0;
            }
        }
        for (i32 j = 0; j < 32; j++) {
            to[j * COLUMNS + c] = x[j];
        }
    }
#else
    i64 from = at[1] + (fromColumn + first) * s.bColumn + fromK * s.bRow;
    if (first + COLUMNS <= count && fromK + 32 <= s.k && s.bColumn == 1) {
        for (i32 j = 0; j < 32; j++) {
            for (i32 c = 0; c < COLUMNS; c++) {
                to[j * COLUMNS + c] = TN_LOAD(B)(b, from + j * s.bRow + c);
            }
        }
    } else {
        for (i32 c = 0; c < COLUMNS; c++) {
            for (i32 j = 0; j < 32; j++) {
                to[j * COLUMNS + c] =
                    first + c < count && fromK + j < s.k ? TN_LOAD(B)(b, from + j * s.bRow + c * s.bColumn) : 0.0f;
            }
        }
    }
#endif
}

TN_KERNEL matmul_panels(const TN_GLOBAL f32 *TN_RESTRICT a, const TN_GLOBAL f32 *TN_RESTRICT b,
                        const TN_GLOBAL TN_STORAGE(BIAS) * bias, const TN_GLOBAL TN_STORAGE(OUT) * residual,
                        TN_GLOBAL TN_STORAGE(OUT) * out, const TnAxes batch, const MatmulShape s, const f32 scale,
                        const i64 fromBatch, const i64 fromRow, const i64 rows, const i64 fromColumn,
                        const i64 columns) {
    i64 panelsA = (rows + ROWS - 1) / ROWS;
    i64 panelsB = (columns + COLUMNS - 1) / COLUMNS;
    i64 padded = (s.k + 31) / 32 * 32;
    i64 panelA = TN_GROUP_ID(0);
    i64 panelB = TN_GROUP_ID(1);
    const TN_GLOBAL f32 *x = a + (TN_GROUP_ID(2) * panelsA + panelA) * padded * ROWS;
    const TN_GLOBAL f32 *y = b + (TN_GROUP_ID(2) * panelsB + panelB) * padded * COLUMNS;
    f32 sums[ROWS][COLUMNS];
    for (i32 r = 0; r < ROWS; r++) {
        for (i32 c = 0; c < COLUMNS; c++) {
            sums[r][c] = 0;
        }
    }
    for (i64 k = 0; k < padded; k++) {
#pragma unroll
        for (i32 r = 0; r < ROWS; r++) {
            f32 value = x[k * ROWS + r];
#pragma unroll
            for (i32 c = 0; c < COLUMNS; c++) {
                sums[r][c] = fma(value, y[k * COLUMNS + c], sums[r][c]);
            }
        }
    }
    TN_PLACES(at, batch, fromBatch + TN_GROUP_ID(2))
    i64 firstRow = panelA * ROWS;
    i64 firstColumn = panelB * COLUMNS;
    /* By way of memory: a sum that is picked by a running index would take all of them out of registers. */
    f32 finished[ROWS * COLUMNS];
#pragma unroll
    for (i32 r = 0; r < ROWS; r++) {
#pragma unroll
        for (i32 c = 0; c < COLUMNS; c++) {
            finished[r * COLUMNS + c] = sums[r][c];
        }
    }
    for (i32 r = 0; r < ROWS && firstRow + r < rows; r++) {
        for (i32 c = 0; c < COLUMNS && firstColumn + c < columns; c++) {
            tn_finish(finished[r * COLUMNS + c], fromRow + firstRow + r, fromColumn + firstColumn + c, out, at[2], bias,
                      residual, at[3], s, scale);
        }
    }
}
