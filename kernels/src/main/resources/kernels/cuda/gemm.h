/*
 * Matmul with mma.sync, for sm_80 and later: the loop over tiles, and the products of 16-bit operands. A block has a tile of
 * BM x BN results, its warps WM x WN parts of it; TERMS terms at a time go through STAGES tiles of shared memory, copied by
 * cp.async while earlier ones are multiplied. A and b may each be contiguous along k or along the other axis. Blocks number tiles in
 * bands of BAND tile rows, so that those that run at once share operands in the L2 cache; blockIdx.y is the batch.
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

/* Which results a block has. */
struct BlockTile {
    i64 m, n, batch;
};

template <class Product> TN_FUNCTION BlockTile block_tile(const GemmShape &s) {
    TileNumber number = tile_number(blockIdx.x, (u32)((s.m + Product::BM - 1) / Product::BM),
                                    (u32)((s.n + Product::BN - 1) / Product::BN));
    BlockTile tile = {number.row * Product::BM, number.column * Product::BN, (i64)blockIdx.y};
    return tile;
}

/*
 * Multiplies a block's tile and stages its sums. A Product is what is multiplied and how: the tiles Left and Right, of BM and BN by
 * TERMS; WM x WN results for each of THREADS / 32 warps; and multiply, which adds a stage's products to a warp's sums.
 */
template <class Product>
TN_FUNCTION void multiply_tiles(const void *a, const void *b, const BlockTile &block, const GemmShape &s) {
    const u32 WM = Product::WM, WN = Product::WN, STAGES = Product::STAGES;
    const u32 LEFT = Product::Left::BYTES;
    const u32 STAGE = LEFT + Product::Right::BYTES;
    static_assert(Product::BM / WM * (Product::BN / WN) * 32 == Product::THREADS, "every result has its warp");
    static_assert(STAGE * STAGES >= Product::BM * Product::BN * 4, "the sums fit where the operands were");
    u32 lane = threadIdx.x % 32;
    u32 warpRow = threadIdx.x / 32 / (Product::BN / WN) * WM;
    u32 warpColumn = threadIdx.x / 32 % (Product::BN / WN) * WN;
    u32 shared = shared_base();
    typename Product::Left left;
    typename Product::Right right;
    left.begin(a, s.a + block.batch * s.aBatch, s.aStride, block.m, s.m, s.k);
    right.begin(b, s.b + block.batch * s.bBatch, s.bStride, block.n, s.n, s.k);
    i64 steps = (s.k + Product::TERMS - 1) / Product::TERMS;
    for (u32 stage = 0; stage < STAGES - 1; stage++) {
        if (stage < steps) {
            left.next(shared + stage * STAGE);
            right.next(shared + stage * STAGE + LEFT);
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
            left.next(shared + writing * STAGE);
            right.next(shared + writing * STAGE + LEFT);
        }
        copy_async_commit();
        u32 tileA = shared + reading * STAGE;
        Product::multiply(sums, tileA, warpRow, tileA + LEFT, warpColumn, lane);
        reading = reading + 1 == STAGES ? 0 : reading + 1;
        writing = writing + 1 == STAGES ? 0 : writing + 1;
    }
    copy_async_wait<0>();
    block_barrier();
#pragma unroll
    for (u32 i = 0; i < WM / 16; i++) {
#pragma unroll
        for (u32 j = 0; j < WN / 8; j++) {
            stage_sums<Product::BN>(shared, warpRow + i * 16, warpColumn + j * 8, sums[i][j], lane);
        }
    }
    block_barrier();
}

/* Of 16-bit operands. */
template <class T, u32 SIZE_M, u32 SIZE_N, u32 WARPS_M, u32 WARPS_N, bool A_ALONG_M, bool B_ALONG_N>
struct SixteenBitProduct {
    static const u32 BM = SIZE_M, BN = SIZE_N, TERMS = 32, STAGES = 4, THREADS = WARPS_M * WARPS_N * 32;
    static const u32 WM = BM / WARPS_M, WN = BN / WARPS_N;
    typedef OperandTile<1, BM, TERMS, THREADS, A_ALONG_M> Left;
    typedef OperandTile<1, BN, TERMS, THREADS, B_ALONG_N> Right;

    static __device__ __forceinline__ void multiply(f32 (*sums)[WN / 8][4], u32 tileA, u32 row, u32 tileB, u32 column,
                                                    u32 lane) {
#pragma unroll
        for (u32 k = 0; k < TERMS; k += 16) {
            u32 x[WM / 16][4];
            u32 y[WN / 16][4];
#pragma unroll
            for (u32 i = 0; i < WM / 16; i++) {
                load_a<Left::LENGTH, A_ALONG_M>(x[i], tileA, row + i * 16, k, lane);
            }
#pragma unroll
            for (u32 j = 0; j < WN / 16; j++) {
                load_b<Right::LENGTH, B_ALONG_N>(y[j], tileB, column + j * 16, k, lane);
            }
#pragma unroll
            for (u32 i = 0; i < WM / 16; i++) {
#pragma unroll
                for (u32 j = 0; j < WN / 8; j++) {
                    T::mma(sums[i][j], x[i], y[j / 2] + j % 2 * 2);
                }
            }
        }
    }
};

template <class Product>
TN_FUNCTION void gemm(const void *a, const void *b, const void *bias, const void *residual, void *out, const GemmShape &s,
                      f32 scale) {
    BlockTile block = block_tile<Product>(s);
    multiply_tiles<Product>(a, b, block, s);
    finish_tile<Product::BM, Product::BN, Product::THREADS>(shared_base(), block.m, block.n, block.batch, bias, residual, out,
                                                            s, scale);
}

/* Kernels of a type: the letters say along which axis a and b are contiguous. */
#define GEMM_KERNEL(name, T, BM, BN, WARPS_M, WARPS_N, A_ALONG_M, B_ALONG_N)                                           \
    extern "C" __global__ void __launch_bounds__(WARPS_M *WARPS_N * 32)                                                \
        name(const void *a, const void *b, const void *bias, const void *residual, void *out, const GemmShape s,      \
             const f32 scale) {                                                                                        \
        gemm<SixteenBitProduct<T, BM, BN, WARPS_M, WARPS_N, A_ALONG_M, B_ALONG_N>>(a, b, bias, residual, out, s,       \
                                                                                    scale);                           \
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
