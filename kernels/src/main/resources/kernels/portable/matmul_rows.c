/*
 * Matmul for ROWS rows of a (1 to 8) and a b whose columns are contiguous or quantized, as a weight [n, k] is: reading b once is
 * what it costs. A group of GROUP items has a column; an item takes STEP elements of it at a time, in vectors of 16. a is f32
 * with contiguous rows, from aBase on, aStride apart; of one batch after the other. Groups are counted along one axis, the columns
 * of one batch after the other. With AHEAD there may be fewer rows than ROWS.
 */
#define OPERANDS 4
#include "tenon.h"
#include "matmul.h"
#include "epilogue.h"
/* On a CPU an item takes a whole block, whose scales it then has at hand. */
#if defined(QUANT) && GROUP == 1
#define STEP TN_BLOCK_SIZE(B)
#define PART(k, part) (part)
#else
#define STEP 32
#define PART(k, part) ((i32)((k) % TN_BLOCK_SIZE(B) / 32))
#endif
#ifdef AHEAD
#define ROW(r) ((r) < s.m ? (r) : 0)
#define IS_ROW(r) ((r) < s.m)
#else
#define ROW(r) (r)
#define IS_ROW(r) 1
#endif

TN_KERNEL matmul_rows(const TN_GLOBAL f32 *a, const TN_GLOBAL B_STORAGE *b, const TN_GLOBAL TN_STORAGE(BIAS) * bias,
                      const TN_GLOBAL TN_STORAGE(OUT) * residual, TN_GLOBAL TN_STORAGE(OUT) * out, const TnAxes batch,
                      const MatmulShape s, const f32 scale, const i64 aBase, const i64 aStride) {
    i64 column = TN_GROUP_ID(0) % s.n;
    i64 matrix = TN_GROUP_ID(0) / s.n;
    i32 me = TN_LOCAL_ID();
    TN_PLACES(at, batch, matrix)
    const TN_GLOBAL f32 *x = a + aBase + matrix * s.m * aStride;
    /* Two chains of sums a row, since each addition waits for the one before. */
    f32x16 sums[ROWS];
    f32x16 more[ROWS];
#pragma unroll
    for (i32 r = 0; r < ROWS; r++) {
        sums[r] = lanes_splat(0);
        more[r] = lanes_splat(0);
    }
#ifdef QUANT
    const i64 whole = s.k;
    const TN_GLOBAL u8 *blocks = b + (at[1] + column * s.bColumn) * TN_BLOCK_BYTES(B);
#else
    const i64 whole = s.k / 32 * 32;
    const TN_GLOBAL B_STORAGE *elements = b + at[1] + column * s.bColumn;
#endif
    for (i64 k = (i64)me * STEP; k < whole; k += GROUP * STEP) {
#pragma unroll
        for (i32 part = 0; part < STEP / 32; part++) {
#ifdef QUANT
            Tn32 y = TN_DECODE(B)(blocks + k / TN_BLOCK_SIZE(B) * TN_BLOCK_BYTES(B), PART(k, part));
#else
            Tn32 y;
            y.low = TN_CAT(lanes_, B)(elements + k);
            y.high = TN_CAT(lanes_, B)(elements + k + 16);
#endif
#pragma unroll
            for (i32 r = 0; r < ROWS; r++) {
                const TN_GLOBAL f32 *xs = x + ROW(r) * aStride + k + part * 32;
                sums[r] = lanes_fma(y.low, lanes_F32(xs), sums[r]);
                more[r] = lanes_fma(y.high, lanes_F32(xs + 16), more[r]);
            }
        }
    }
    f32 totals[ROWS];
#pragma unroll
    for (i32 r = 0; r < ROWS; r++) {
        f32 lane[16];
        lanes_store(sums[r] + more[r], lane);
        f32 total = 0;
#pragma unroll
        for (i32 i = 0; i < 16; i++) {
            total += lane[i];
        }
        totals[r] = total;
    }
#ifndef QUANT
    /* The elements after the last whole 32. */
    for (i64 k = whole + me; k < s.k; k += GROUP) {
        f32 y = TN_LOAD(B)(b, at[1] + column * s.bColumn + k);
        for (i32 r = 0; r < ROWS; r++) {
            totals[r] = fma(y, x[ROW(r) * aStride + k], totals[r]);
        }
    }
#endif
#if GROUP == 1
    for (i32 r = 0; r < ROWS && IS_ROW(r); r++) {
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
        for (i32 r = 0; r < ROWS && IS_ROW(r); r++) {
            tn_finish(shared[r][0], r, column, out, at[2], bias, residual, at[3], s, scale);
        }
    }
#endif
}
