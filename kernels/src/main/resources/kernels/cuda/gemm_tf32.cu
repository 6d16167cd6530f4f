/*
 * Matmul of F32 by F32 with mma.sync on TF32, for sm_80 and later. TF32 has 11 bits, too few for the conformance suite's
 * tolerance of an F32 product: each operand is the sum of two TF32 numbers, and three of their four products are added up
 * (the fourth is below 2^-22 of the result's terms). A block's tile is 64 x 64, each of four warps has 32 x 32. Where a sum is
 * not a number, the parts of an infinity may have met: that element is added up again in F32.
 */
#include "wide_tile.h"

static const u32 WIDE = 64, WIDE_TERMS = 32, WIDE_STAGES = 3, WIDE_TILE = WIDE * WIDE_TERMS * 4;

template <bool ACROSS> struct HalvedTile : WideTile<WIDE, WIDE_TERMS, 128, ACROSS> {};

TN_FUNCTION void halve(f32 x, u32 *large, u32 *small) {
    *large = to_tf32(x);
    *small = to_tf32(x - as_f32(*large));
}

template <bool A_ALONG_M, bool B_ALONG_N>
TN_FUNCTION void gemm_tf32(const f32 *a, const f32 *b, const void *bias, const void *residual, void *out,
                           const GemmShape &s, f32 scale) {
    u32 lane = threadIdx.x % 32;
    u32 warpRow = threadIdx.x / 64 * 32;
    u32 warpColumn = threadIdx.x / 32 % 2 * 32;
    TileNumber number = tile_number(blockIdx.x, (u32)((s.m + WIDE - 1) / WIDE), (u32)((s.n + WIDE - 1) / WIDE));
    i64 batch = blockIdx.y;
    i64 fromM = number.row * WIDE;
    i64 fromN = number.column * WIDE;
    u32 shared = shared_base();
    const f32 *matrixA = a + s.a + batch * s.aBatch;
    const f32 *matrixB = b + s.b + batch * s.bBatch;
    HalvedTile<A_ALONG_M> left;
    HalvedTile<B_ALONG_N> right;
    left.begin(matrixA, s.aStride, fromM, s.m, s.k);
    right.begin(matrixB, s.bStride, fromN, s.n, s.k);
    i64 steps = (s.k + WIDE_TERMS - 1) / WIDE_TERMS;
    for (u32 stage = 0; stage < WIDE_STAGES - 1; stage++) {
        if (stage < steps) {
            left.copy.next(shared + stage * 2 * WIDE_TILE, threadIdx.x);
            right.copy.next(shared + (stage * 2 + 1) * WIDE_TILE, threadIdx.x);
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
    u32 writing = WIDE_STAGES - 1;
#pragma unroll 1
    for (i64 step = 0; step < steps; step++) {
        copy_async_wait<WIDE_STAGES - 2>();
        block_barrier();
        if (step + WIDE_STAGES - 1 < steps) {
            left.copy.next(shared + writing * 2 * WIDE_TILE, threadIdx.x);
            right.copy.next(shared + (writing * 2 + 1) * WIDE_TILE, threadIdx.x);
        }
        copy_async_commit();
        u32 tileA = shared + reading * 2 * WIDE_TILE;
        u32 tileB = tileA + WIDE_TILE;
#pragma unroll
        for (u32 k = 0; k < WIDE_TERMS; k += 8) {
            u32 term = k + lane % 4;
            u32 x[2][2][4];
#pragma unroll
            for (u32 i = 0; i < 2; i++) {
#pragma unroll
                for (u32 e = 0; e < 4; e++) {
                    u32 row = warpRow + i * 16 + lane / 4 + (e & 1) * 8;
                    halve(HalvedTile<A_ALONG_M>::at(tileA, row, term + (e >> 1) * 4), &x[i][0][e], &x[i][1][e]);
                }
            }
#pragma unroll
            for (u32 j = 0; j < 4; j++) {
                u32 y[2][2];
#pragma unroll
                for (u32 e = 0; e < 2; e++) {
                    u32 column = warpColumn + j * 8 + lane / 4;
                    halve(HalvedTile<B_ALONG_N>::at(tileB, column, term + e * 4), &y[0][e], &y[1][e]);
                }
#pragma unroll
                for (u32 i = 0; i < 2; i++) {
                    mma_tf32(sums[i][j], x[i][1], y[0]);
                    mma_tf32(sums[i][j], x[i][0], y[1]);
                    mma_tf32(sums[i][j], x[i][0], y[0]);
                }
            }
        }
        reading = reading + 1 == WIDE_STAGES ? 0 : reading + 1;
        writing = writing + 1 == WIDE_STAGES ? 0 : writing + 1;
    }
    copy_async_wait<0>();
    block_barrier();
#pragma unroll
    for (u32 i = 0; i < 2; i++) {
#pragma unroll
        for (u32 j = 0; j < 4; j++) {
            stage_sums<WIDE>(shared, warpRow + i * 16, warpColumn + j * 8, sums[i][j], lane);
        }
    }
    block_barrier();
    /* A thread's own chunks of the sums, as finish_tile reads them. */
#pragma unroll 1
    for (u32 i = threadIdx.x; i < WIDE * WIDE; i += 128) {
        u32 row = i / WIDE;
        u32 column = i % WIDE;
        u32 at = staged_place<WIDE>(shared, row, column);
        f32 sum = as_f32(load_shared(at));
        if (sum != sum && fromM + row < s.m && fromN + column < s.n) {
            const f32 *x = matrixA + (fromM + row) * (A_ALONG_M ? 1 : s.aStride);
            const f32 *y = matrixB + (fromN + column) * (B_ALONG_N ? 1 : s.bStride);
            sum = 0;
            for (i64 k = 0; k < s.k; k++) {
                sum = fmaf(x[k * (A_ALONG_M ? s.aStride : 1)], y[k * (B_ALONG_N ? s.bStride : 1)], sum);
            }
            store_shared(at, as_u32(sum));
        }
    }
    block_barrier();
    finish_tile<WIDE, WIDE, 128>(shared, fromM, fromN, batch, bias, residual, out, s, scale);
}

#define GEMM_TF32_KERNEL(name, A_ALONG_M, B_ALONG_N)                                                                   \
    extern "C" __global__ void __launch_bounds__(128, 3)                                                               \
        name(const f32 *a, const f32 *b, const void *bias, const void *residual, void *out, const GemmShape s,        \
             const f32 scale) {                                                                                        \
        gemm_tf32<A_ALONG_M, B_ALONG_N>(a, b, bias, residual, out, s, scale);                                          \
    }
GEMM_TF32_KERNEL(gemm_tf32_kk, false, false)
GEMM_TF32_KERNEL(gemm_tf32_kn, false, true)
GEMM_TF32_KERNEL(gemm_tf32_mk, true, false)
GEMM_TF32_KERNEL(gemm_tf32_mn, true, true)
