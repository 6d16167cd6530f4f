/*
 * Matmul with an operand of F32 with mma.sync on TF32, for sm_80 and later. TF32 has 11 bits, too few for the conformance suite's
 * tolerance of an F32 product, so an F32 operand is the sum of two TF32 numbers, and an operand of 16 bits is one. Products of
 * all parts are added up, but for that of two second parts, which is below 2^-22 of the result's terms: three of F32 by F32, two of
 * F32 by 16 bits. Tensor cores round their sums towards zero, so each 16 terms are added up by themselves, small products first, and
 * then added to the sum in F32, which rounds to nearest. Where a sum is not finite, the parts of an infinity may have met, or a part may
 * have passed F32's range: that element is added up again in F32. Rounded operands are one TF32 number each, multiplied once.
 */
#pragma once
#include "gemm.h"
#include "tf32_operand.h"

/* A and B say what the operands are. Each of a block's warps has 32 rows and half of the columns. */
template <class A, class B, u32 SIZE, bool A_ALONG_M, bool B_ALONG_N> struct Tf32Product {
    static const u32 BM = SIZE, BN = SIZE, TERMS = 32, STAGES = 3;
    static const u32 WM = 32, WN = SIZE / 2, THREADS = SIZE / WM * 2 * 32;
    static const bool ROUNDED = A::PIECES + B::PIECES == 2;
    static const bool PAIRS = A::WORDS != B::WORDS;
    typedef OperandTile<A::WORDS, BM, TERMS, THREADS, A_ALONG_M, PAIRS> Left;
    typedef OperandTile<B::WORDS, BN, TERMS, THREADS, B_ALONG_N, PAIRS> Right;

    static __device__ __forceinline__ void multiply(f32 (*sums)[WN / 8][4], u32 tileA, u32 row, u32 tileB, u32 column,
                                                    u32 lane) {
        /* Two steps at once would take more registers than there are for products of several pieces. */
#pragma unroll(ROUNDED ? 2 : 1)
        for (u32 k = 0; k < TERMS; k += 16) {
            u32 x[WM / 16][2][A::PIECES][4];
#pragma unroll
            for (u32 i = 0; i < WM / 16; i++) {
                A::template left<Left>(x[i], tileA, row + i * 16, k, lane);
            }
#pragma unroll
            for (u32 j = 0; j < WN / 8; j += 2) {
                u32 y[2][2][B::PIECES][2];
                B::template right<Right>(y, tileB, column + j * 8, k, lane);
                if (ROUNDED) {
                    f32(*own[2])[4] = {sums[0] + j, sums[1] + j};
                    multiply_terms(own, x, y);
                    continue;
                }
                f32 part[2][2][4] = {};
                f32(*own[2])[4] = {part[0], part[1]};
                multiply_terms(own, x, y);
#pragma unroll
                for (u32 i = 0; i < 2; i++) {
#pragma unroll
                    for (u32 e = 0; e < 8; e++) {
                        sums[i][j + e / 4][e % 4] += part[i][e / 4][e % 4];
                    }
                }
            }
        }
    }

    /* Adds 16 terms of all rows by two times eight columns to sums. */
    static __device__ __forceinline__ void multiply_terms(f32 (*const *sums)[4], u32 (*x)[2][A::PIECES][4],
                                                          u32 (*y)[2][B::PIECES][2]) {
        /* Small products first: the pieces' numbers add up to 1, then to 0. */
#pragma unroll
        for (u32 order = 2; order-- > 0;) {
#pragma unroll
            for (u32 p = 0; p < A::PIECES; p++) {
                if (order < p || order - p >= B::PIECES) {
                    continue;
                }
#pragma unroll
                for (u32 half = 0; half < 2; half++) {
#pragma unroll
                    for (u32 i = 0; i < WM / 16; i++) {
                        mma_tf32(sums[i][0], x[i][half][p], y[0][half][order - p]);
                        mma_tf32(sums[i][1], x[i][half][p], y[1][half][order - p]);
                    }
                }
            }
        }
    }
};

/* Adds up again what is not finite of a block's staged sums. Steps: to the next row or column, and to the next term. */
template <class A, class B, u32 SIZE, u32 THREADS>
TN_FUNCTION void add_up_again(const void *a, i64 rowStep, i64 termStepA, const void *b, i64 columnStep, i64 termStepB,
                              const BlockTile &block, const GemmShape &s) {
#pragma unroll 1
    for (u32 i = threadIdx.x; i < SIZE * SIZE; i += THREADS) {
        i64 row = block.m + i / SIZE;
        i64 column = block.n + i % SIZE;
        u32 at = staged_place<SIZE>(shared_base(), i / SIZE, i % SIZE);
        bool isFinite = (load_shared(at) & 0x7F800000u) != 0x7F800000u;
        if (!isFinite && row < s.m && column < s.n) {
            i64 x = s.a + block.batch * s.aBatch + row * rowStep;
            i64 y = s.b + block.batch * s.bBatch + column * columnStep;
            f32 sum = 0;
#pragma unroll 1
            for (i64 k = 0; k < s.k; k++) {
                sum = fmaf(load_as(A::TYPE, a, x + k * termStepA), load_as(B::TYPE, b, y + k * termStepB), sum);
            }
            store_shared(at, as_u32(sum));
        }
    }
    block_barrier();
}

template <class A, class B, u32 SIZE, bool A_ALONG_M, bool B_ALONG_N>
TN_FUNCTION void gemm_tf32(const void *a, const void *b, const void *bias, const void *residual, void *out,
                           const GemmShape &s, f32 scale) {
    typedef Tf32Product<A, B, SIZE, A_ALONG_M, B_ALONG_N> Product;
    BlockTile block = block_tile<Product>(s);
    multiply_tiles<Product>(a, b, block, s);
    if (!Product::ROUNDED) {
        add_up_again<A, B, SIZE, Product::THREADS>(a, A_ALONG_M ? 1 : s.aStride, A_ALONG_M ? s.aStride : 1, b,
                                                   B_ALONG_N ? 1 : s.bStride, B_ALONG_N ? s.bStride : 1, block, s);
    }
    finish_tile<SIZE, SIZE, Product::THREADS>(shared_base(), block.m, block.n, block.batch, bias, residual, out, s, scale);
}

/* BLOCKS: how many should fit on a multiprocessor, which bounds the registers. */
#define GEMM_TF32_KERNEL(name, A, B, SIZE, BLOCKS, A_ALONG_M, B_ALONG_N)                                               \
    extern "C" __global__ void __launch_bounds__(SIZE * 2, BLOCKS)                                                     \
        name(const void *a, const void *b, const void *bias, const void *residual, void *out, const GemmShape s,      \
             const f32 scale) {                                                                                        \
        gemm_tf32<A, B, SIZE, A_ALONG_M, B_ALONG_N>(a, b, bias, residual, out, s, scale);                              \
    }
#define GEMM_TF32_SIZES(name, A, B, A_ALONG_M, B_ALONG_N)                                                              \
    GEMM_TF32_KERNEL(name##_128, A, B, 128, 1, A_ALONG_M, B_ALONG_N)                                                   \
    GEMM_TF32_KERNEL(name##_64, A, B, 64, 3, A_ALONG_M, B_ALONG_N)
/* The letters say along which axis a and b are contiguous. */
#define GEMM_TF32_ROWS(name, A, B)                                                                                     \
    GEMM_TF32_SIZES(name##_kk, A, B, false, false)                                                                     \
    GEMM_TF32_SIZES(name##_kn, A, B, false, true)
#define GEMM_TF32_ALL(name, A, B)                                                                                      \
    GEMM_TF32_ROWS(name, A, B)                                                                                         \
    GEMM_TF32_SIZES(name##_mk, A, B, true, false)                                                                      \
    GEMM_TF32_SIZES(name##_mn, A, B, true, true)
