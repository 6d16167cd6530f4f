/*
 * Matmul of F32 by F32 with mma.sync on TF32, for sm_80 and later, where it is asked for: each operand is rounded to the 11 bits of one
 * TF32 number, of F32's 24. Tiles and stages are those of gemm.h. Where lines run along the terms, ldmatrix
 * brings fragments, a row of four F32 as one of eight 16-bit elements; across them each thread reads its own elements.
 */
#include "wide_tile.h"

static const u32 ROUNDED_TERMS = 32, ROUNDED_STAGES = 3;

/* The 16 x 8 fragment of a, and two of b, of 8 terms from k on. */
template <class Tile, bool ACROSS> TN_FUNCTION void rounded_a(u32 *r, u32 tile, u32 row, u32 k, u32 lane) {
    if (ACROSS) {
#pragma unroll
        for (u32 e = 0; e < 4; e++) {
            r[e] = as_u32(Tile::at(tile, row + (e & 1) * 8 + lane / 4, k + (e >> 1) * 4 + lane % 4));
        }
    } else {
        load_a<Tile::LENGTH, false>(r, tile, row, 2 * k, lane);
    }
#pragma unroll
    for (u32 e = 0; e < 4; e++) {
        r[e] = to_tf32(as_f32(r[e]));
    }
}
template <class Tile, bool ACROSS> TN_FUNCTION void rounded_b(u32 *r, u32 tile, u32 column, u32 k, u32 lane) {
    if (ACROSS) {
#pragma unroll
        for (u32 e = 0; e < 4; e++) {
            r[e] = as_u32(Tile::at(tile, column + (e >> 1) * 8 + lane / 4, k + (e & 1) * 4 + lane % 4));
        }
    } else {
        load_b<Tile::LENGTH, false>(r, tile, column, 2 * k, lane);
    }
#pragma unroll
    for (u32 e = 0; e < 4; e++) {
        r[e] = to_tf32(as_f32(r[e]));
    }
}

/* Two by WARPS_N warps. */
template <u32 SIZE, u32 WARPS_N, bool A_ALONG_M, bool B_ALONG_N>
TN_FUNCTION void gemm_tf32_rounded(const f32 *a, const f32 *b, const void *bias, const void *residual, void *out,
                                   const GemmShape &s, f32 scale) {
    const u32 THREADS = 2 * WARPS_N * 32;
    const u32 WM = SIZE / 2;
    const u32 WN = SIZE / WARPS_N;
    const u32 TILE = SIZE * ROUNDED_TERMS * 4;
    static_assert(2 * ROUNDED_STAGES * TILE >= SIZE * SIZE * 4, "the sums fit where the operands were");
    typedef WideTile<SIZE, ROUNDED_TERMS, THREADS, A_ALONG_M> Left;
    typedef WideTile<SIZE, ROUNDED_TERMS, THREADS, B_ALONG_N> Right;
    u32 lane = threadIdx.x % 32;
    u32 warpRow = threadIdx.x / 32 / WARPS_N * WM;
    u32 warpColumn = threadIdx.x / 32 % WARPS_N * WN;
    TileNumber number = tile_number(blockIdx.x, (u32)((s.m + SIZE - 1) / SIZE), (u32)((s.n + SIZE - 1) / SIZE));
    i64 batch = blockIdx.y;
    i64 fromM = number.row * SIZE;
    i64 fromN = number.column * SIZE;
    u32 shared = shared_base();
    Left left;
    Right right;
    left.begin(a + s.a + batch * s.aBatch, s.aStride, fromM, s.m, s.k);
    right.begin(b + s.b + batch * s.bBatch, s.bStride, fromN, s.n, s.k);
    i64 steps = (s.k + ROUNDED_TERMS - 1) / ROUNDED_TERMS;
    for (u32 stage = 0; stage < ROUNDED_STAGES - 1; stage++) {
        if (stage < steps) {
            left.copy.next(shared + stage * 2 * TILE, threadIdx.x);
            right.copy.next(shared + (stage * 2 + 1) * TILE, threadIdx.x);
        }
        copy_async_commit();
    }
    f32 sums[WM / 16][WN / 8][4];
#pragma unroll
    for (u32 i = 0; i < WM / 16; i++) {
#pragma unroll
        for (u32 j = 0; j < WN / 8; j++) {
#pragma unroll
            for (u32 e = 0; e < 4; e++) {
                sums[i][j][e] = 0;
            }
        }
    }
    u32 reading = 0;
    u32 writing = ROUNDED_STAGES - 1;
#pragma unroll 1
    for (i64 step = 0; step < steps; step++) {
        copy_async_wait<ROUNDED_STAGES - 2>();
        /* Also: every warp is done with the tile that is overwritten next. */
        block_barrier();
        if (step + ROUNDED_STAGES - 1 < steps) {
            left.copy.next(shared + writing * 2 * TILE, threadIdx.x);
            right.copy.next(shared + (writing * 2 + 1) * TILE, threadIdx.x);
        }
        copy_async_commit();
        u32 tileA = shared + reading * 2 * TILE;
        u32 tileB = tileA + TILE;
#pragma unroll
        for (u32 k = 0; k < ROUNDED_TERMS; k += 8) {
            u32 x[WM / 16][4];
            u32 y[WN / 16][4];
#pragma unroll
            for (u32 i = 0; i < WM / 16; i++) {
                rounded_a<Left, A_ALONG_M>(x[i], tileA, warpRow + i * 16, k, lane);
            }
#pragma unroll
            for (u32 j = 0; j < WN / 16; j++) {
                rounded_b<Right, B_ALONG_N>(y[j], tileB, warpColumn + j * 16, k, lane);
            }
#pragma unroll
            for (u32 i = 0; i < WM / 16; i++) {
#pragma unroll
                for (u32 j = 0; j < WN / 8; j++) {
                    mma_tf32(sums[i][j], x[i], y[j / 2] + j % 2 * 2);
                }
            }
        }
        reading = reading + 1 == ROUNDED_STAGES ? 0 : reading + 1;
        writing = writing + 1 == ROUNDED_STAGES ? 0 : writing + 1;
    }
    copy_async_wait<0>();
    block_barrier();
#pragma unroll
    for (u32 i = 0; i < WM / 16; i++) {
#pragma unroll
        for (u32 j = 0; j < WN / 8; j++) {
            stage_sums<SIZE>(shared, warpRow + i * 16, warpColumn + j * 8, sums[i][j], lane);
        }
    }
    block_barrier();
    finish_tile<SIZE, SIZE, THREADS>(shared, fromM, fromN, batch, bias, residual, out, s, scale);
}

#define GEMM_TF32_ROUNDED(name, SIZE, WARPS_N, A_ALONG_M, B_ALONG_N)                                                   \
    extern "C" __global__ void __launch_bounds__(2 * WARPS_N * 32)                                                     \
        name(const f32 *a, const f32 *b, const void *bias, const void *residual, void *out, const GemmShape s,        \
             const f32 scale) {                                                                                        \
        gemm_tf32_rounded<SIZE, WARPS_N, A_ALONG_M, B_ALONG_N>(a, b, bias, residual, out, s, scale);                   \
    }
GEMM_TF32_ROUNDED(gemm_tf32_rounded_kk_128, 128, 4, false, false)
GEMM_TF32_ROUNDED(gemm_tf32_rounded_kn_128, 128, 4, false, true)
GEMM_TF32_ROUNDED(gemm_tf32_rounded_mk_128, 128, 4, true, false)
GEMM_TF32_ROUNDED(gemm_tf32_rounded_mn_128, 128, 4, true, true)
GEMM_TF32_ROUNDED(gemm_tf32_rounded_kk_64, 64, 2, false, false)
GEMM_TF32_ROUNDED(gemm_tf32_rounded_kn_64, 64, 2, false, true)
GEMM_TF32_ROUNDED(gemm_tf32_rounded_mk_64, 64, 2, true, false)
GEMM_TF32_ROUNDED(gemm_tf32_rounded_mn_64, 64, 2, true, true)
