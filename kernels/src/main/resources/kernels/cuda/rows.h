/*
 * Matmul of one to eight rows by a weight whose columns are contiguous along k or quantized: what decoding does, at the
 * pace of the weight's bytes. A block has COLUMNS columns; its 128 threads share the terms, 1024 at a time, eight for each thread, so that
 * a warp reads whole lines of memory. Rows of a, which all blocks read, pass through shared memory as F32. Weights of the next
 * 1024 terms are on their way while these are added up. Sums are F32 throughout.
 */
#pragma once
#include "blocks.h"
#include "gemm_epilogue.h"

static const u32 ROWS_THREADS = 128, ROWS_COLUMNS = 4, ROWS_TERMS = ROWS_THREADS * 8;

/* Eight neighbours of a 16-bit or F32 line, zeros past its end. Lines start on 16-byte addresses. */
struct Eight {
    Four x[2];
};

TN_FUNCTION Eight load_eight(i32 type, const void *from, i64 at, i64 left) {
    Eight v = {};
    if (left >= 8) {
        if (type == TYPE_F32) {
            v.x[0] = load_global4((const f32 *)from + at);
            v.x[1] = load_global4((const f32 *)from + at + 4);
        } else {
            v.x[0] = load_global4((const u16 *)from + at);
        }
        return v;
    }
#pragma unroll
    for (i32 i = 0; i < 8; i++) {
        if (i < left) {
            if (type == TYPE_F32) {
                v.x[i / 4].x[i % 4] = ((const u32 *)from)[at + i];
            } else {
                v.x[0].x[i / 2] |= (u32)((const u16 *)from)[at + i] << 16 * (i % 2);
            }
        }
    }
    return v;
}

TN_FUNCTION void widen(i32 type, const Eight &v, f32 *to) {
#pragma unroll
    for (u32 i = 0; i < 8; i++) {
        u16 half = (u16)(v.x[0].x[i / 2] >> 16 * (i % 2));
        to[i] = type == TYPE_F32 ? as_f32(v.x[i / 4].x[i % 4]) : type == TYPE_F16 ? F16::value(half) : Bf16::value(half);
    }
}

/* How weights are read: where a thread's two groups of four terms lie in 1024, and what they are. */
template <i32 TYPE> struct Dense {
    typedef Eight Share;
    static __device__ __forceinline__ u32 group(u32 thread, u32 which) {
        return thread * 8 + which * 4;
    }
    /* term: the first of 1024; column: where the column begins, in elements. */
    static __device__ __forceinline__ void load(Share &share, const void *b, i64 column, i64 term, i64 k, u32 thread) {
        i64 at = term + thread * 8;
        share = load_eight(TYPE, b, column + at, k - at);
    }
    static __device__ __forceinline__ void values(const Share &share, u32 thread, f32 *v) {
        widen(TYPE, share, v);
    }
};
typedef Dense<TYPE_F32> DenseWide;
template <class T> struct DenseSixteen;
template <> struct DenseSixteen<F16> : Dense<TYPE_F16> {};
template <> struct DenseSixteen<Bf16> : Dense<TYPE_BF16> {};

template <class Format> struct Quantized {
    typedef Raw Share;
    static __device__ __forceinline__ u32 group(u32 thread, u32 which) {
        return thread / 4 * 32 + which * 16 + thread % 4 * 4;
    }
    /* column: where it begins, in blocks. */
    static __device__ __forceinline__ void load(Share &share, const void *b, i64 column, i64 term, i64 k, u32 thread) {
        i64 part = term / 32 + thread / 4;
        if (part * 32 < k) {
            const u8 *block = (const u8 *)b + (column + part / Format::PARTS) * (i64)Format::BYTES;
            Format::load(share, block, (u32)(part % Format::PARTS), thread % 4);
        } else {
            /* A scale and a minimum of zero. */
            share = {};
        }
    }
    static __device__ __forceinline__ void values(const Share &share, u32 thread, f32 *v) {
        /* 1024 terms are whole blocks. */
        u32 part = thread / 4 % Format::PARTS;
        i32 numbers[8];
        Format::numbers(share, part, thread % 4, numbers);
#pragma unroll
        for (u32 i = 0; i < 8; i++) {
            f32 scale = Format::scale(share, part, Format::TWO_SCALES ? i / 4 : 0);
            v[i] = fmaf(scale, (f32)numbers[i], Format::minimum(share, part));
        }
    }
};

template <class Weights, u32 ROWS>
TN_FUNCTION void multiply_rows(const void *a, const void *b, const void *bias, const void *residual, void *out,
                               const GemmShape &s, f32 scale) {
    u32 thread = threadIdx.x;
    u32 lane = thread % 32;
    i64 batch = blockIdx.y;
    i64 fromN = (i64)blockIdx.x * ROWS_COLUMNS;
    u32 shared = shared_base();
    typename Weights::Share next[ROWS_COLUMNS];
    i64 column[ROWS_COLUMNS];
#pragma unroll
    for (u32 c = 0; c < ROWS_COLUMNS; c++) {
        i64 own = fromN + c < s.n ? fromN + c : s.n - 1;
        column[c] = s.b + batch * s.bBatch + own * s.bStride;
        Weights::load(next[c], b, column[c], 0, s.k, thread);
    }
    f32 sums[ROWS][ROWS_COLUMNS];
#pragma unroll
    for (u32 r = 0; r < ROWS; r++) {
#pragma unroll
        for (u32 c = 0; c < ROWS_COLUMNS; c++) {
            sums[r][c] = 0;
        }
    }
#pragma unroll 1
    for (i64 term = 0; term < s.k; term += ROWS_TERMS) {
        typename Weights::Share now[ROWS_COLUMNS];
#pragma unroll
        for (u32 c = 0; c < ROWS_COLUMNS; c++) {
            now[c] = next[c];
            if (term + ROWS_TERMS < s.k) {
                Weights::load(next[c], b, column[c], term + ROWS_TERMS, s.k, thread);
            }
        }
        if (term > 0) {
            block_barrier();
        }
#pragma unroll
        for (u32 r = 0; r < ROWS; r++) {
            i64 at = term + thread * 8;
            f32 x[8] = {0, 0, 0, 0, 0, 0, 0, 0};
            if (r < s.m) {
                i64 row = s.a + batch * s.aBatch + r * s.aStride;
                widen((i32)s.aType, load_eight((i32)s.aType, a, row + at, s.k - at), x);
            }
            u32 to = shared + (r * ROWS_TERMS + thread * 8) * 4;
            store_shared4(to, {{as_u32(x[0]), as_u32(x[1]), as_u32(x[2]), as_u32(x[3])}});
            store_shared4(to + 16, {{as_u32(x[4]), as_u32(x[5]), as_u32(x[6]), as_u32(x[7])}});
        }
        block_barrier();
#pragma unroll
        for (u32 c = 0; c < ROWS_COLUMNS; c++) {
            f32 y[8];
            Weights::values(now[c], thread, y);
#pragma unroll
            for (u32 r = 0; r < ROWS; r++) {
#pragma unroll
                for (u32 group = 0; group < 2; group++) {
                    Four x = load_shared4(shared + (r * ROWS_TERMS + Weights::group(thread, group)) * 4);
#pragma unroll
                    for (u32 i = 0; i < 4; i++) {
                        sums[r][c] = fmaf(as_f32(x.x[i]), y[group * 4 + i], sums[r][c]);
                    }
                }
            }
        }
    }
    block_barrier();
#pragma unroll
    for (u32 r = 0; r < ROWS; r++) {
#pragma unroll
        for (u32 c = 0; c < ROWS_COLUMNS; c++) {
#pragma unroll
            for (u32 step = 16; step > 0; step /= 2) {
                sums[r][c] += as_f32(shuffle_xor(as_u32(sums[r][c]), step));
            }
            if (lane == 0) {
                store_shared(shared + ((r * ROWS_COLUMNS + c) * (ROWS_THREADS / 32) + thread / 32) * 4, as_u32(sums[r][c]));
            }
        }
    }
    block_barrier();
    u32 row = thread / ROWS_COLUMNS;
    i64 own = fromN + thread % ROWS_COLUMNS;
    if (row < ROWS && row < s.m && own < s.n) {
        Four parts = load_shared4(shared + thread * (ROWS_THREADS / 32) * 4);
        f32 sum = as_f32(parts.x[0]) + as_f32(parts.x[1]) + (as_f32(parts.x[2]) + as_f32(parts.x[3]));
        f32 value = finish(sum, row, own, batch, bias, residual, s, scale);
        store_as((i32)s.outType, out, s.out + batch * s.outBatch + row * s.outStride + own, value);
    }
}

#define ROWS_KERNEL(name, Weights, ROWS)                                                                               \
    extern "C" __global__ void __launch_bounds__(128)                                                                  \
        name(const void *a, const void *b, const void *bias, const void *residual, void *out, const GemmShape s,      \
             const f32 scale) {                                                                                        \
        multiply_rows<Weights, ROWS>(a, b, bias, residual, out, s, scale);                                             \
    }
#define ROWS_KERNELS(name, ...)                                                                                        \
    ROWS_KERNEL(name##_1, __VA_ARGS__, 1)                                                                              \
    ROWS_KERNEL(name##_2, __VA_ARGS__, 2)                                                                              \
    ROWS_KERNEL(name##_4, __VA_ARGS__, 4)                                                                              \
    ROWS_KERNEL(name##_8, __VA_ARGS__, 8)
