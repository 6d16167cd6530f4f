/*
 * Matmul's operands packed for matmul_panels and matmul_rows, as f32. pack_rows: a in panels of ROWS rows, pack_columns: b in panels of COLUMNS
 * columns, each element of k after the other, padded with zeros to whole panels and to a multiple of 32 in k; a work item has
 * 32 elements of k of a panel. widen_rows: a's rows one after the other.
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
            i32 part = (i32)(fromK % TN_BLOCK_SIZE(B) / 32);
            lanes_spread(TN_DECODE(B)(b + block * TN_BLOCK_BYTES(B), part), x);
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

TN_KERNEL widen_rows(const TN_GLOBAL TN_STORAGE(A) * a, TN_GLOBAL f32 *wide, const TnAxes batch, const MatmulShape s) {
    i64 index = TN_GLOBAL_ID();
    if (index >= batch.count * s.m * s.k) {
        return;
    }
    i64 row = index / s.k % s.m;
    TN_PLACES(at, batch, index / s.k / s.m)
    wide[index] = TN_LOAD(A)(a, at[0] + row * s.aRow + index % s.k * s.aColumn);
}
