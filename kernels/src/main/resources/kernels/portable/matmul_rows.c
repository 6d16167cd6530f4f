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
#ifndef COLUMNS
#define COLUMNS 1
#endif
#ifdef QUANT
#define UNIT TN_BLOCK_BYTES(B)
#else
#define UNIT 1
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
    i64 shares = (s.n + COLUMNS - 1) / COLUMNS;
    i64 first = TN_GROUP_ID(0) % shares * COLUMNS;
    i64 matrix = TN_GROUP_ID(0) / shares;
    i32 me = TN_LOCAL_ID();
    TN_PLACES(at, batch, matrix)
    const TN_GLOBAL f32 *x = a + aBase + matrix * s.m * aStride;
    /* Two chains of sums a result, since each addition waits for the one before. */
    f32x16 sums[COLUMNS][ROWS];
    f32x16 more[COLUMNS][ROWS];
#pragma unroll
    for (i32 c = 0; c < COLUMNS; c++) {
#pragma unroll
        for (i32 r = 0; r < ROWS; r++) {
            sums[c][r] = lanes_splat(0);
            more[c][r] = lanes_splat(0);
        }
    }
#ifdef QUANT
    const i64 whole = s.k;
#else
    const i64 whole = s.k / 32 * 32;
#endif
    const TN_GLOBAL B_STORAGE *from[COLUMNS];
#pragma unroll
    for (i32 c = 0; c < COLUMNS; c++) {
        /* The last group may have fewer columns: then it reads one twice. */
        from[c] = b + (at[1] + (first + c < s.n ? first + c : first) * s.bColumn) * UNIT;
    }
    for (i64 k = (i64)me * STEP; k < whole; k += GROUP * STEP) {
#pragma unroll
        for (i32 part = 0; part < STEP / 32; part++) {
#pragma unroll
            for (i32 c = 0; c < COLUMNS; c++) {
#ifdef QUANT
                Tn32 y = TN_DECODE(B)(from[c] + k / TN_BLOCK_SIZE(B) * UNIT, PART(k, part));
#else
                Tn32 y;
                y.low = TN_CAT(lanes_, B)(from[c] + k);
                y.high = TN_CAT(lanes_, B)(from[c] + k + 16);
#endif
#pragma unroll
                for (i32 r = 0; r < ROWS; r++) {
                    const TN_GLOBAL f32 *xs = x + ROW(r) * aStride + k + part * 32;
                    sums[c][r] = lanes_fma(y.low, lanes_F32(xs), sums[c][r]);
                    more[c][r] = lanes_fma(y.high, lanes_F32(xs + 16), more[c][r]);
                }
            }
        }
    }
    f32 totals[COLUMNS][ROWS];
#pragma unroll
    for (i32 c = 0; c < COLUMNS; c++) {
#pragma unroll
        for (i32 r = 0; r < ROWS; r++) {
            f32 lane[16];
            lanes_store(sums[c][r] + more[c][r], lane);
            f32 total = 0;
#pragma unroll
            for (i32 i = 0; i < 16; i++) {
                total += lane[i];
            }
            totals[c][r] = total;
        }
    }
#ifndef QUANT
    /* The elements after the last whole 32. */
    for (i64 k = whole + me; k < s.k; k += GROUP) {
#pragma unroll
        for (i32 c = 0; c < COLUMNS; c++) {
            f32 y = TN_LOAD(B)(from[c], k);
#pragma unroll
            for (i32 r = 0; r < ROWS; r++) {
                totals[c][r] = fma(y, x[ROW(r) * aStride + k], totals[c][r]);
            }
        }
    }
#endif
#if GROUP == 1
    for (i32 c = 0; c < COLUMNS && first + c < s.n; c++) {
        for (i32 r = 0; r < ROWS && IS_ROW(r); r++) {
            tn_finish(totals[c][r], r, first + c, out, at[2], bias, residual, at[3], s, scale);
        }
    }
#else
    TN_LOCAL f32 shared[ROWS][GROUP];
    for (i32 r = 0; r < ROWS; r++) {
        shared[r][me] = totals[0][r];
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
            tn_finish(shared[r][0], r, first, out, at[2], bias, residual, at[3], s, scale);
        }
    }
#endif
}
