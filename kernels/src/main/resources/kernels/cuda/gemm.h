/*
 * Matmul on 16-bit operands with mma.sync, for sm_80 and later. A block has a tile of BM x BN results, its warps WARPS_M x
 * WARPS_N parts of it; BK terms at a time go through STAGES tiles of shared memory, copied by cp.async while earlier ones
 * are multiplied. A and b may each be contiguous along k or along the other axis. Blocks number tiles in bands of
 * BAND tile rows, so that those that run at once share operands in the L2 cache; blockIdx.y is the batch.
 */
#pragma once
#include "gemm_epilogue.h"
#include "tile.h"
#define BAND 8

struct TileNumber {
    i64 row;
    i64 column;
};

/* Which tile of rows x columns a block has. */
TN_FUNCTION TileNumber tile_number(u32 block, u32 rows, u32 columns) {
    u32 band = block / (BAND * columns);
    u32 within = block % (BAND * columns);
    u32 height = rows - band * BAND < BAND ? rows - band * BAND : BAND;
    TileNumber number = {(i64)(band * BAND + within % height), (i64)(within / height)};
    return number;
}

/* Where a sum lies in the block's BM x BN tile of f32. Chunks of 16 bytes are exchanged as in tile.h. */
template <u32 BN> TN_FUNCTION u32 staged_place(u32 tile, u32 line, u32 column) {
    return tile + line * BN * 4 + ((column / 4) ^ (line & 7)) * 16 + column % 4 * 4;
}

/* A warp's sums of 16 x 8 results, into that tile. */
template <u32 BN> TN_FUNCTION void stage_sums(u32 tile, u32 row, u32 column, const f32 *d, u32 lane) {
#pragma unroll
    for (u32 half = 0; half < 2; half++) {
        u32 line = row + half * 8 + lane / 4;
        u32 at = column + lane % 4 * 2;
        Two both = {{as_u32(d[2 * half]), as_u32(d[2 * half + 1])}};
        store_shared2(staged_place<BN>(tile, line, at), both);
    }
}

template <u32 BN> TN_FUNCTION Four staged_sums(u32 tile, u32 line, u32 chunk) {
    return load_shared4(tile + line * BN * 4 + (chunk ^ (line & 7)) * 16);
}

/* The epilogue on the block's staged sums. */
template <u32 BM, u32 BN, u32 THREADS>
TN_FUNCTION void finish_tile(u32 tile, i64 fromM, i64 fromN, i64 batch, const void *bias, const void *residual, void *out,
                             const GemmShape &s, f32 scale) {
#pragma unroll 1
    for (u32 i = threadIdx.x; i < BM * BN / 4; i += THREADS) {
        u32 line = i / (BN / 4);
        u32 chunk = i % (BN / 4);
        if (fromM + line < s.m && fromN + chunk * 4 < s.n) {
            Four four = staged_sums<BN>(tile, line, chunk);
            f32 v[4] = {as_f32(four.x[0]), as_f32(four.x[1]), as_f32(four.x[2]), as_f32(four.x[3])};
            finish4(v, fromM + line, fromN + chunk * 4, batch, bias, residual, out, s, scale);
        }
    }
}

template <class T, u32 BM, u32 BN, u32 BK, u32 WARPS_M, u32 WARPS_N, u32 STAGES, bool A_ALONG_M, bool B_ALONG_N>
TN_FUNCTION void gemm(const u16 *a, const u16 *b, const void *bias, const void *residual, void *out, const GemmShape &s,
                      f32 scale) {
    const u32 THREADS = WARPS_M * WARPS_N * 32;
    const u32 WM = BM / WARPS_M;
    const u32 WN = BN / WARPS_N;
    const u32 A_LENGTH = A_ALONG_M ? BM : BK;
    const u32 B_LENGTH = B_ALONG_N ? BN : BK;
    const u32 A_BYTES = BM * BK * 2;
    const u32 STAGE = A_BYTES + BN * BK * 2;
    static_assert(STAGE * STAGES >= BM * BN * 4, "the sums fit where the operands were");
    u32 thread = threadIdx.x;
    u32 lane = thread % 32;
    u32 warpRow = thread / 32 / WARPS_N * WM;
    u32 warpColumn = thread / 32 % WARPS_N * WN;
    TileNumber number = tile_number(blockIdx.x, (u32)((s.m + BM - 1) / BM), (u32)((s.n + BN - 1) / BN));
    i64 batch = blockIdx.y;
    i64 fromM = number.row * BM;
    i64 fromN = number.column * BN;
    u32 shared = shared_base();

    TileCopy<A_ALONG_M ? BK : BM, A_LENGTH, THREADS, A_ALONG_M> copyA;
    TileCopy<B_ALONG_N ? BK : BN, B_LENGTH, THREADS, B_ALONG_N> copyB;
    const u16 *matrixA = a + s.a + batch * s.aBatch;
    const u16 *matrixB = b + s.b + batch * s.bBatch;
    copyA.begin(matrixA, s.aStride, A_ALONG_M ? 0 : fromM, A_ALONG_M ? s.k : s.m, A_ALONG_M ? fromM : 0,
                A_ALONG_M ? s.m : s.k, thread);
    copyB.begin(matrixB, s.bStride, B_ALONG_N ? 0 : fromN, B_ALONG_N ? s.k : s.n, B_ALONG_N ? fromN : 0,
                B_ALONG_N ? s.n : s.k, thread);
    i64 steps = (s.k + BK - 1) / BK;
    for (u32 stage = 0; stage < STAGES - 1; stage++) {
        if (stage < steps) {
            copyA.next(shared + stage * STAGE, thread);
            copyB.next(shared + stage * STAGE + A_BYTES, thread);
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
    u32 writing = STAGES - 1;
#pragma unroll 1
    for (i64 step = 0; step < steps; step++) {
        copy_async_wait<STAGES - 2>();
        /* Also: every warp is done with the tile that is overwritten next. */
        block_barrier();
        if (step + STAGES - 1 < steps) {
            copyA.next(shared + writing * STAGE, thread);
            copyB.next(shared + writing * STAGE + A_BYTES, thread);
        }
        copy_async_commit();
        u32 tileA = shared + reading * STAGE;
        u32 tileB = tileA + A_BYTES;
#pragma unroll
        for (u32 k = 0; k < BK; k += 16) {
            u32 x[WM / 16][4];
            u32 y[WN / 16][4];
#pragma unroll
            for (u32 i = 0; i < WM / 16; i++) {
                load_a<A_LENGTH, A_ALONG_M>(x[i], tileA, warpRow + i * 16, k, lane);
            }
#pragma unroll
            for (u32 j = 0; j < WN / 16; j++) {
                load_b<B_LENGTH, B_ALONG_N>(y[j], tileB, warpColumn + j * 16, k, lane);
            }
#pragma unroll
            for (u32 i = 0; i < WM / 16; i++) {
#pragma unroll
                for (u32 j = 0; j < WN / 8; j++) {
                    T::mma(sums[i][j], x[i], y[j / 2] + j % 2 * 2);
                }
            }
        }
        reading = reading + 1 == STAGES ? 0 : reading + 1;
        writing = writing + 1 == STAGES ? 0 : writing + 1;
    }
    copy_async_wait<0>();
    block_barrier();
#pragma unroll
    for (u32 i = 0; i < WM / 16; i++) {
#pragma unroll
        for (u32 j = 0; j < WN / 8; j++) {
            stage_sums<BN>(shared, warpRow + i * 16, warpColumn + j * 8, sums[i][j], lane);
        }
    }
    block_barrier();
    finish_tile<BM, BN, THREADS>(shared, fromM, fromN, batch, bias, residual, out, s, scale);
}

/* Kernels of a type: the letters say along which axis a and b are contiguous. */
#define GEMM_KERNEL(name, T, BM, BN, WARPS_M, WARPS_N, A_ALONG_M, B_ALONG_N)                                           \
    extern "C" __global__ void __launch_bounds__(WARPS_M *WARPS_N * 32)                                                \
        name(const u16 *a, const u16 *b, const void *bias, const void *residual, void *out, const GemmShape s,        \
             const f32 scale) {                                                                                        \
        gemm<T, BM, BN, 32, WARPS_M, WARPS_N, 4, A_ALONG_M, B_ALONG_N>(a, b, bias, residual, out, s, scale);           \
    }
#define GEMM_KERNELS(name, T)                                                                                          \
    GEMM_KERNEL(name##_kk_128, T, 128, 128, 2, 4, false, false)                                                        \
    GEMM_KERNEL(name##_kn_128, T, 128, 128, 2, 4, false, true)                                                         \
    GEMM_KERNEL(name##_mk_128, T, 128, 128, 2, 4, true, false)                                                         \
    GEMM_KERNEL(name##_mn_128, T, 128, 128, 2, 4, true, true)                                                          \
    GEMM_KERNEL(name##_kk_64, T, 64, 64, 2, 2, false, false)                                                           \
    GEMM_KERNEL(name##_kn_64, T, 64, 64, 2, 2, false, true)                                                            \
    GEMM_KERNEL(name##_mk_64, T, 64, 64, 2, 2, true, false)                                                            \
    GEMM_KERNEL(name##_mn_64, T, 64, 64, 2, 2, true, true)
