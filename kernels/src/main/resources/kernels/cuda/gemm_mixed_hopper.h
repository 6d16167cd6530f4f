/*
 * Matmul of F32 by BF16 or F16 weights with wgmma, for sm_90a alone. Nothing is rounded before F32: rows of a come as three planes of BF16
 * that add up to them (left_planes.cu), an F16 weight is taken apart into two BF16 numbers in registers. One thread has bulk tensor
 * copies bring stages of 64 terms: three boxes of a, and the weight, whose lines run along the terms or across them; two warpgroups
 * have 64 columns each. A stage's products, 12 or 24, the least first, are a sum of their own that is added up in F32.
 * While one warpgroup does that and reads the next weights, the other's products are in the tensor cores.
 *
 * Reckoning for 128 x 128 by 64 terms: tensor cores take 2 * 12 * 64 = 1536 cycles (F16: 3072), shared memory gives operands in half of
 * that and takes copies in 512; a scheduler issues for each warpgroup 64 additions and some 30 instructions (F16: 160) beside
 * the products. Registers: 64 sums, 64 of a product, 16 or 32 for weights. None of this has been measured.
 */
#pragma once
#include "transposed_tile.h"

static const u32 MIXED_STAGES = 3, MIXED_STAGE = 4 * LINES_BOX;
/* Across the terms: lines of 64 columns. */
static const u32 MIXED_SLAB = 64 * 128;

/* The BF16 numbers that a register's two weights come to, the largest first. */
template <class W> struct WeightPieces;
template <> struct WeightPieces<Bf16> {
    static const u32 COUNT = 1;
    static __device__ __forceinline__ void of(u32 *pieces, u32 pair) {
        pieces[0] = pair;
    }
};
template <> struct WeightPieces<F16> {
    static const u32 COUNT = 2;
    static __device__ __forceinline__ void of(u32 *pieces, u32 pair) {
        u32 low = as_u32(F16::value((u16)pair));
        u32 high = as_u32(F16::value((u16)(pair >> 16)));
        u32 restLow = as_u32(as_f32(low) - as_f32(low & 0xFFFF0000u));
        u32 restHigh = as_u32(as_f32(high) - as_f32(high & 0xFFFF0000u));
        pieces[0] = low >> 16 | (high & 0xFFFF0000u);
        pieces[1] = restLow >> 16 | (restHigh & 0xFFFF0000u);
    }
};

/* An infinity's other planes, and other piece, times 0 or infinity are NaN; a NaN may be cut to an infinity. */
template <class W, bool ACROSS> struct MixedExact {
    static __device__ __forceinline__ f32 sum(const LinesOperands &o, const GemmShape &s, const LinesTile &t, i64 row, i64 column) {
        const f32 *a = (const f32 *)o.left + s.a + t.batch * s.aBatch + row * s.aStride;
        const u16 *b = (const u16 *)o.weight + s.b + t.batch * s.bBatch + column * (ACROSS ? 1 : s.bStride);
        f32 sum = 0;
#pragma unroll 1
        for (i64 k = 0; k < s.k; k++) {
            sum = fmaf(a[k], W::value(b[k * (ACROSS ? s.bStride : 1)]), sum);
        }
        return sum;
    }
};

template <bool ACROSS>
TN_FUNCTION void bring_mixed(u32 shared, u32 full, u32 empty, const LinesOperands &o, const GemmShape &s) {
    RingTurn<MIXED_STAGES> turn;
    u32 steps = (u32)((s.k + 63) / 64);
    for (i64 tile = blockIdx.x; tile < o.tiles; tile += gridDim.x) {
        LinesTile t = lines_tile(s, tile);
#pragma unroll 1
        for (u32 step = 0; step < steps; step++) {
            u32 counter = full + turn.stage * 8;
            u32 to = shared + turn.stage * MIXED_STAGE;
            counter_wait(empty + turn.stage * 8, turn.parity ^ 1);
            counter_expect(counter, MIXED_STAGE);
#pragma unroll
            for (u32 i = 0; i < 3; i++) {
                copy_box(to + i * LINES_BOX, o.a, (i32)step * 64, (i32)t.fromM, (i32)(t.batch * 3 + i), counter);
            }
            to += 3 * LINES_BOX;
            if (ACROSS) {
                copy_box(to, o.other, (i32)t.fromN, (i32)step * 64, (i32)t.batch, counter);
                copy_box(to + MIXED_SLAB, o.other, (i32)t.fromN + 64, (i32)step * 64, (i32)t.batch, counter);
            } else {
                copy_box(to, o.other, (i32)step * 64, (i32)t.fromN, (i32)t.batch, counter);
            }
            turn.next();
        }
    }
}

/* 64 terms of a warp's 16 columns, in pieces. */
template <class W, bool ACROSS> TN_FUNCTION void load_weights(u32 (*x)[WeightPieces<W>::COUNT][4], u32 tile) {
    u32 lane = threadIdx.x % 32;
    u32 column = (threadIdx.x / 32 - 4) * 16;
#pragma unroll
    for (u32 k = 0; k < 4; k++) {
        u32 pairs[4];
        if (ACROSS) {
            load_a<64, true>(pairs, tile + column / 64 * MIXED_SLAB, column % 64, k * 16, lane);
        } else {
            load_a<64, false>(pairs, tile, column, k * 16, lane);
        }
#pragma unroll
        for (u32 i = 0; i < 4; i++) {
            u32 pieces[WeightPieces<W>::COUNT];
            WeightPieces<W>::of(pieces, pairs[i]);
#pragma unroll
            for (u32 j = 0; j < WeightPieces<W>::COUNT; j++) {
                x[k][j][i] = pieces[j];
            }
        }
    }
}

template <class W, bool ACROSS> TN_FUNCTION void gemm_mixed_hopper(const LinesOperands &o, const GemmShape &s) {
    const u32 PIECES = WeightPieces<W>::COUNT;
    u32 shared = (shared_base() + 1023) & ~1023u;
    u32 staging = shared + MIXED_STAGES * MIXED_STAGE;
    u32 full = staging + 2 * LINES_STAGING;
    u32 empty = full + MIXED_STAGES * 8;
    if (threadIdx.x == 0) {
        for (u32 i = 0; i < MIXED_STAGES; i++) {
            counter_init(full + i * 8, 1);
            counter_init(empty + i * 8, 8);
        }
        counter_init_fence();
    }
    block_barrier();
    if (threadIdx.x < 128) {
        registers_less<40>();
        if (threadIdx.x == 0) {
            bring_mixed<ACROSS>(shared, full, empty, o, s);
        }
        return;
    }
    registers_more<232>();
    RingTurn<MIXED_STAGES> turn;
    u32 steps = (u32)((s.k + 63) / 64);
    for (i64 tile = blockIdx.x; tile < o.tiles; tile += gridDim.x) {
        f32 sums[LINES_M / 2];
#pragma unroll
        for (u32 i = 0; i < LINES_M / 2; i++) {
            sums[i] = 0;
        }
#pragma unroll 1
        for (u32 step = 0; step < steps; step++) {
            u32 stage = shared + turn.stage * MIXED_STAGE;
            f32 product[LINES_M / 2];
            u32 x[4][PIECES][4];
            counter_wait(full + turn.stage * 8, turn.parity);
            load_weights<W, ACROSS>(x, stage + 3 * LINES_BOX);
            wgmma_fence();
#pragma unroll
            for (u32 i = 0; i < 3 * PIECES * 4; i++) {
                u32 k = i % 4;
                u32 plane = 2 - i / 4 / PIECES;
                u32 piece = PIECES - 1 - i / 4 % PIECES;
                wgmma_lines_bf16(product, x[k][piece], matrix_descriptor(stage + plane * LINES_BOX + k * 32, 16, 1024), i > 0);
            }
            wgmma_commit();
            wgmma_wait<0>();
            warp_barrier();
            if (threadIdx.x % 32 == 0) {
                counter_arrive(empty + turn.stage * 8);
            }
            turn.next();
            add_scaled(sums, product, 1, 1);
        }
        LinesTile t = lines_tile(s, tile);
        finish_lines<MixedExact<W, ACROSS>>(sums, staging, o, s, t);
    }
}

#define GEMM_MIXED_HOPPER_KERNEL(name, W, ACROSS)                                                                      \
    extern "C" __global__ void __launch_bounds__(384, 1)                                                               \
        name(const __grid_constant__ TensorMap a, const __grid_constant__ TensorMap weight, const void *left,          \
             const u8 *b, const void *bias, const void *residual, void *out, const GemmShape s, const f32 scale,       \
             const i64 tiles) {                                                                                        \
        LinesOperands o = {&a, &weight, left, b, bias, residual, out, scale, tiles};                                   \
        gemm_mixed_hopper<W, ACROSS>(o, s);                                                                            \
    }
