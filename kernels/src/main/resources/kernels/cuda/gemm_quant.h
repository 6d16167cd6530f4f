/*
 * Matmul by a quantized weight with mma.sync, for sm_80 and later. A block's tile is 128 x 64, eight warps have 32 x 32 each;
 * 32 terms at a time, one part of a block for each column. The weight's whole numbers go to shared memory as exact 16-bit
 * floats; the product of a part is multiplied by the column's scale in F32, and a minimum by the sum of a's terms, which
 * another mma with ones gives. So nothing is rounded before F32, as the conformance suite asks of an F32 result. Where a sum is not
 * finite, an infinity of a may have met a whole number that is 0, or a minimum of the other sign: that element is added up again from
 * weights as they are.
 */
#pragma once
#include "exact_sum.h"
#include "gemm.h"
#include "left_operand.h"

static const u32 QUANT_M = 128, QUANT_N = 64, QUANT_THREADS = 256, QUANT_STAGES = 3;
/* A column's numbers of one step: two tiles, and two rows of F32 scales and minimums for each. */
static const u32 QUANT_NUMBERS = QUANT_N * 64, QUANT_SCALES = QUANT_N * 8;

template <class Format, class T>
TN_FUNCTION void store_numbers(u32 numbers, u32 scales, const Raw &raw, u32 part, u32 column, u32 piece) {
    i32 v[8];
    Format::numbers(raw, part, piece, v);
#pragma unroll
    for (u32 group = 0; group < 2; group++) {
        u32 element = group * 16 + piece * 4;
        Two four = {{T::pack((f32)v[group * 4], (f32)v[group * 4 + 1]),
                     T::pack((f32)v[group * 4 + 2], (f32)v[group * 4 + 3])}};
        store_shared2(numbers + tile_place<32>(column, element / 8) + element % 8 * 2, four);
    }
    if (piece == 0) {
        store_shared(scales + column * 4, as_u32(Format::scale(raw, part, 0)));
        if (Format::MINIMUM || Format::TWO_SCALES) {
            f32 second = Format::MINIMUM ? Format::minimum(raw, part) : Format::scale(raw, part, 1);
            store_shared(scales + (QUANT_N + column) * 4, as_u32(second));
        }
    }
}

template <class Format, class Left>
TN_FUNCTION void gemm_quant(const void *a, const u8 *b, const void *bias, const void *residual, void *out,
                            const GemmShape &s, f32 scale) {
    typedef typename Left::Product T;
    const u32 PIECES = Left::PIECES;
    u32 thread = threadIdx.x;
    u32 lane = thread % 32;
    u32 warpRow = thread / 64 * 32;
    u32 warpColumn = thread / 32 % 2 * 32;
    TileNumber number =
        tile_number(blockIdx.x, (u32)((s.m + QUANT_M - 1) / QUANT_M), (u32)((s.n + QUANT_N - 1) / QUANT_N));
    i64 batch = blockIdx.y;
    i64 fromM = number.row * QUANT_M;
    i64 fromN = number.column * QUANT_N;
    u32 shared = shared_base();
    u32 numbers = shared + QUANT_STAGES * Left::BYTES;
    u32 scales = numbers + 2 * QUANT_NUMBERS;

    Left left;
    left.begin(a, s.a + batch * s.aBatch, s.aStride, fromM, s.m, s.k);
    /* Four threads have a column's part; columns past n repeat the last one and are dropped at the end. */
    u32 column = thread / 4;
    u32 piece = thread % 4;
    i64 ownColumn = fromN + column < s.n ? fromN + column : s.n - 1;
    const u8 *blocks = b + (s.b + batch * s.bBatch + ownColumn * s.bStride) * (i64)Format::BYTES;
    i32 steps = (i32)(s.k / 32);
    Raw raw = {};
    Format::load(raw, blocks, 0, piece);
    for (u32 stage = 0; stage < QUANT_STAGES - 1; stage++) {
        if ((i32)stage < steps) {
            left.next(shared + stage * Left::BYTES);
        }
        copy_async_commit();
    }
    f32 sums[2][4][4];
#pragma unroll
    for (u32 i = 0; i < 2; i++) {
#pragma unroll
        for (u32 j = 0; j < 4; j++) {
#pragma unroll
            for (u32 e = 0; e < 4; e++) {
                sums[i][j][e] = 0;
            }
        }
    }
    u32 reading = 0;
    u32 writing = QUANT_STAGES - 1;
#pragma unroll 1
    for (i32 step = 0; step < steps; step++) {
        u32 tileB = numbers + (step & 1) * QUANT_NUMBERS;
        u32 tileScales = scales + (step & 1) * QUANT_SCALES;
        store_numbers<Format, T>(tileB, tileScales, raw, step % Format::PARTS, column, piece);
        copy_async_wait<QUANT_STAGES - 2>();
        block_barrier();
        if (step + 1 < steps) {
            Format::load(raw, blocks + (i64)((step + 1) / Format::PARTS) * Format::BYTES, (step + 1) % Format::PARTS, piece);
        }
        if (step + (i32)QUANT_STAGES - 1 < steps) {
            left.next(shared + writing * Left::BYTES);
        }
        copy_async_commit();
        u32 tileA = shared + reading * Left::BYTES;
        f32 part[2][4][4];
        f32 terms[2][4];
#pragma unroll
        for (u32 k = 0; k < 32; k += 16) {
            u32 x[2][PIECES][4];
            u32 y[2][4];
#pragma unroll
            for (u32 i = 0; i < 2; i++) {
                Left::fragment(x[i], tileA, warpRow + i * 16, k, lane);
            }
#pragma unroll
            for (u32 j = 0; j < 2; j++) {
                load_b<32, false>(y[j], tileB, warpColumn + j * 16, k, lane);
            }
#pragma unroll
            for (u32 i = 0; i < 2; i++) {
                if (Format::MINIMUM) {
                    u32 one = T::pack(1, 1);
                    u32 ones[2] = {one, one};
#pragma unroll
                    for (u32 e = 0; e < 4; e++) {
                        terms[i][e] = k == 0 ? 0 : terms[i][e];
                    }
#pragma unroll
                    for (u32 p = 0; p < PIECES; p++) {
                        T::mma(terms[i], x[i][p], ones);
                    }
                }
#pragma unroll
                for (u32 j = 0; j < 4; j++) {
#pragma unroll
                    for (u32 e = 0; e < 4; e++) {
                        part[i][j][e] = k == 0 || Format::TWO_SCALES ? 0 : part[i][j][e];
                    }
#pragma unroll
                    for (u32 p = 0; p < PIECES; p++) {
                        T::mma(part[i][j], x[i][p], y[j / 2] + j % 2 * 2);
                    }
                }
            }
            if (k == 0 && !Format::TWO_SCALES) {
                continue;
            }
#pragma unroll
            for (u32 j = 0; j < 4; j++) {
                u32 at = tileScales + (warpColumn + j * 8 + lane % 4 * 2) * 4;
                Two factor = load_shared2(Format::TWO_SCALES && k > 0 ? at + QUANT_N * 4 : at);
                Two least = {{0, 0}};
                if (Format::MINIMUM) {
                    least = load_shared2(at + QUANT_N * 4);
                }
#pragma unroll
                for (u32 i = 0; i < 2; i++) {
#pragma unroll
                    for (u32 e = 0; e < 4; e++) {
                        sums[i][j][e] = fmaf(as_f32(factor.x[e % 2]), part[i][j][e], sums[i][j][e]);
                        if (Format::MINIMUM) {
                            sums[i][j][e] = fmaf(as_f32(least.x[e % 2]), terms[i][e], sums[i][j][e]);
                        }
                    }
                }
            }
        }
        reading = reading + 1 == QUANT_STAGES ? 0 : reading + 1;
        writing = writing + 1 == QUANT_STAGES ? 0 : writing + 1;
    }
    copy_async_wait<0>();
    block_barrier();
#pragma unroll
    for (u32 i = 0; i < 2; i++) {
#pragma unroll
        for (u32 j = 0; j < 4; j++) {
            stage_sums<QUANT_N>(shared, warpRow + i * 16, warpColumn + j * 8, sums[i][j], lane);
        }
    }
    block_barrier();
#pragma unroll 1
    for (u32 i = thread; i < QUANT_M * QUANT_N; i += QUANT_THREADS) {
        i64 row = fromM + i / QUANT_N;
        i64 own = fromN + i % QUANT_N;
        u32 at = staged_place<QUANT_N>(shared, i / QUANT_N, i % QUANT_N);
        bool isFinite = (load_shared(at) & 0x7F800000u) != 0x7F800000u;
        if (!isFinite && row < s.m && own < s.n) {
            const u8 *weights = b + (s.b + batch * s.bBatch + own * s.bStride) * (i64)Format::BYTES;
            i64 first = s.a + batch * s.aBatch + row * s.aStride;
            store_shared(at, as_u32(exact_sum<Format>(a, (i32)s.aType, first, weights, s.k)));
        }
    }
    block_barrier();
    finish_tile<QUANT_M, QUANT_N, QUANT_THREADS>(shared, fromM, fromN, batch, bias, residual, out, s, scale);
}

/* BLOCKS: how many should fit on a multiprocessor, which bounds the registers. */
#define GEMM_QUANT_KERNEL(name, Format, Left, BLOCKS)                                                                  \
    extern "C" __global__ void __launch_bounds__(256, BLOCKS)                                                          \
        name(const void *a, const u8 *b, const void *bias, const void *residual, void *out, const GemmShape s,        \
             const f32 scale) {                                                                                        \
        gemm_quant<Format, Left>(a, b, bias, residual, out, s, scale);                                                 \
    }
#define TN_LEFT_BF16 SixteenBitLeft<Bf16, QUANT_M, QUANT_THREADS>
#define TN_LEFT_F16 SixteenBitLeft<F16, QUANT_M, QUANT_THREADS>
#define TN_LEFT_F32 WideLeft<QUANT_M, QUANT_THREADS>
