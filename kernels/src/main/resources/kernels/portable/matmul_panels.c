/*
 * Matmul for devices whose work items are loops on a CPU's core: no local memory and no barrier, but vectors within an item.
 * matmul_pack has packed the operands; an item multiplies a panel of ROWS rows by one of COLUMNS columns, and its sums are
 * as many vector registers. A row of b's panel is COLUMNS floats, which the compiler takes as whole vectors.
 */
#define OPERANDS 4
#include "tenon.h"
#include "epilogue.h"

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
