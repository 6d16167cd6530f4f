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
#define BLOCK(c) (from[c] + k / TN_BLOCK_SIZE(B) * UNIT)
#if !defined(QUANT)
#define STEP 32
#define DECODE(c, part, y) y[0] = lanes_both(TN_CAT(lanes_, B)(from[c] + k), TN_CAT(lanes_, B)(from[c] + k + 16));
#elif GROUP == 1 && TN_BLOCK_SIZE(B) == 256
/* A CPU takes a whole block, whose scales are decoded at once. It reads them from memory, which spreads one over a vector for nothing. */
#define STEP 256
#define PARTS 2
#define DECODE(c, part, y) TN_CAT(tn_pair_, B)(BLOCK(c), part, scales[c], y);
#else
#define STEP 32
#define DECODE(c, part, y) y[0] = TN_DECODE(B)(BLOCK(c), (i32)(k % TN_BLOCK_SIZE(B) / 32));
#endif
#ifndef PARTS
#define PARTS 1
#endif
#ifdef __clang__
/* Without it the compiler would keep in registers what it has just written. */
#define WRITTEN() __atomic_signal_fence(__ATOMIC_ACQ_REL)
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define WRITTEN()
#define PREFETCH(address)
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

#if GROUP == 1
/* Two chains of vectors, since each addition waits for the one before. */
typedef Tn32 Sum;
TN_FUNCTION Sum no_sum(void) {
    return lanes_both(lanes_splat(0), lanes_splat(0));
}
TN_FUNCTION Sum add_products(Sum sum, Tn32 y, const TN_GLOBAL f32 *x) {
    return lanes_both(lanes_fma(y.low, lanes_F32(x), sum.low), lanes_fma(y.high, lanes_F32(x + 16), sum.high));
}
TN_FUNCTION f32 total_of(Sum sum) {
    return lanes_total(sum.low + sum.high);
}
#else
/* Four chains of single values: a GPU's work item has no registers for the vectors of eight rows. */
typedef struct {
    f32 lane[4];
} Sum;
TN_FUNCTION Sum no_sum(void) {
    Sum sum = {{0, 0, 0, 0}};
    return sum;
}
TN_FUNCTION Sum add_products(Sum sum, Tn32 y, const TN_GLOBAL f32 *x) {
    f32 values[32];
    lanes_spread(y, values);
#pragma unroll
    for (i32 i = 0; i < 32; i++) {
        sum.lane[i % 4] = fma(values[i], x[i], sum.lane[i % 4]);
    }
    return sum;
}
TN_FUNCTION f32 total_of(Sum sum) {
    return sum.lane[0] + sum.lane[1] + (sum.lane[2] + sum.lane[3]);
}
#endif

TN_KERNEL matmul_rows(const TN_GLOBAL f32 *a, const TN_GLOBAL B_STORAGE *b, const TN_GLOBAL TN_STORAGE(BIAS) * bias,
                      const TN_GLOBAL TN_STORAGE(OUT) * residual, TN_GLOBAL TN_STORAGE(OUT) * out, const TnAxes batch,
                      const MatmulShape s, const f32 scale, const i64 aBase, const i64 aStride) {
#if PARTS == 2
    TN_LOCAL f32 scales[COLUMNS][16];
#endif
    i64 shares = (s.n + COLUMNS - 1) / COLUMNS;
    i64 first = TN_GROUP_ID(0) % shares * COLUMNS;
    i64 matrix = TN_GROUP_ID(0) / shares;
    i32 me = TN_LOCAL_ID();
    TN_PLACES(at, batch, matrix)
    const TN_GLOBAL f32 *x = a + aBase + matrix * s.m * aStride;
    Sum sums[COLUMNS][ROWS];
#pragma unroll
    for (i32 c = 0; c < COLUMNS; c++) {
#pragma unroll
        for (i32 r = 0; r < ROWS; r++) {
            sums[c][r] = no_sum();
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
#if PARTS == 2
#pragma unroll
        for (i32 c = 0; c < COLUMNS; c++) {
            lanes_store(TN_CAT(tn_scales_, B)(BLOCK(c)), scales[c]);
        }
        WRITTEN();
#endif
#pragma unroll
        for (i32 part = 0; part < STEP / 32; part += PARTS) {
#pragma unroll
            for (i32 c = 0; c < COLUMNS; c++) {
                Tn32 y[PARTS];
                DECODE(c, part, y)
#if defined(QUANT) && GROUP == 1
                /* The columns that the same core takes next. They are short, and the hardware sees each anew. */
                PREFETCH(BLOCK(c) + part * (UNIT * 32 / TN_BLOCK_SIZE(B)) + COLUMNS * s.bColumn * UNIT);
#endif
#pragma unroll
                for (i32 p = 0; p < PARTS; p++) {
#pragma unroll
                    for (i32 r = 0; r < ROWS; r++) {
                        const TN_GLOBAL f32 *xs = x + ROW(r) * aStride + k + (part + p) * 32;
                        sums[c][r] = add_products(sums[c][r], y[p], xs);
                    }
                }
            }
        }
    }
    f32 totals[COLUMNS][ROWS];
#pragma unroll
    for (i32 c = 0; c < COLUMNS; c++) {
#pragma unroll
        for (i32 r = 0; r < ROWS; r++) {
            totals[c][r] = total_of(sums[c][r]);
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
