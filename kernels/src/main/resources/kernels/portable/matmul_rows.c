/*
 * Matmul for ROWS rows of a (1 to 8) and a b whose columns are contiguous or quantized, as a weight [n, k] is: reading b once is
 * what it costs. A group of GROUP items has a column; an item takes 32 elements of it at a time, with LANES sums a row, so that
 * they are vectors on a CPU. a is f32 with contiguous rows, from aBase on, aStride apart; of one batch after the other.
 */
#define OPERANDS 4
#include "tenon.h"
#include "matmul.h"
#include "epilogue.h"
#define LANES 16

TN_KERNEL matmul_rows(const TN_GLOBAL f32 *a, const TN_GLOBAL B_STORAGE *b, const TN_GLOBAL TN_STORAGE(BIAS) * bias,
                      const TN_GLOBAL TN_STORAGE(OUT) * residual, TN_GLOBAL TN_STORAGE(OUT) * out, const TnAxes batch,
                      const MatmulShape s, const f32 scale, const i64 aBase, const i64 aStride) {
    i64 column = TN_GROUP_ID(0);
    i32 me = TN_LOCAL_ID();
    TN_PLACES(at, batch, TN_GROUP_ID(1))
    const TN_GLOBAL f32 *x = a + aBase + TN_GROUP_ID(1) * ROWS * aStride;
    f32 sums[ROWS][LANES];
    for (i32 r = 0; r < ROWS; r++) {
        for (i32 i = 0; i < LANES; i++) {
            sums[r][i] = 0;
        }
    }
#ifdef QUANT
    i64 whole = s.k;
#else
    i64 whole = s.k / 32 * 32;
#endif
    for (i64 k = (i64)me * 32; k < whole; k += GROUP * 32) {
        f32 y[32];
#ifdef QUANT
        i64 block = at[1] + column * s.bColumn + k / TN_BLOCK_SIZE(B);
        TN_DECODE(B)(b + block * TN_BLOCK_BYTES(B), (i32)(k % TN_BLOCK_SIZE(B) / 32), y);
#else
        i64 from = at[1] + column * s.bColumn + k;
#pragma unroll
        for (i32 i = 0; i < 32; i++) {
            y[i] = TN_LOAD(B)(b, from + i);
        }
#endif
#pragma unroll
        for (i32 r = 0; r < ROWS; r++) {
#pragma unroll
            for (i32 i = 0; i < LANES; i++) {
                sums[r][i] = fma(y[i], x[r * aStride + k + i], sums[r][i]);
            }
#pragma unroll
            for (i32 i = 0; i < LANES; i++) {
                sums[r][i] = fma(y[LANES + i], x[r * aStride + k + LANES + i], sums[r][i]);
            }
        }
    }
    f32 totals[ROWS];
#pragma unroll
    for (i32 r = 0; r < ROWS; r++) {
        f32 total = 0;
#pragma unroll
        for (i32 i = 0; i < LANES; i++) {
            total += sums[r][i];
        }
        totals[r] = total;
    }
#ifndef QUANT
    /* The elements after the last whole 32. */
    for (i64 k = whole + me; k < s.k; k += GROUP) {
        f32 y = TN_LOAD(B)(b, at[1] + column * s.bColumn + k);
        for (i32 r = 0; r < ROWS; r++) {
            totals[r] = fma(y, x[r * aStride + k], totals[r]);
        }
    }
#endif
#if GROUP == 1
    for (i32 r = 0; r < ROWS; r++) {
        tn_finish(totals[r], r, column, out, at[2], bias, residual, at[3], s, scale);
    }
#else
    TN_LOCAL f32 shared[ROWS][GROUP];
    for (i32 r = 0; r < ROWS; r++) {
        shared[r][me] = totals[r];
    }
    TN_BARRIER();
    for (i32 width = GROUP / 2; width > 0; width /= 2) {
        if (me < width) {
            for (i32 r = 0; r < ROWS; r++) {
                shared[r][me] += shared[r][me + width];
            }
        }
        TN_BARRIER();
    }
    if (me == 0) {
        for (i32 r = 0; r < ROWS; r++) {
            tn_finish(shared[r][0], r, column, out, at[2], bias, residual, at[3], s, scale);
        }
    }
#endif
}
