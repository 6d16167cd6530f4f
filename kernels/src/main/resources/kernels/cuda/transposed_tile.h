/*
 * Products with wgmma that compute the output's transpose: a warpgroup has 64 columns of it, and their weights as the left operand in
 * registers, by 128 rows of a in shared memory. What gemm_quant_hopper.h and gemm_mixed_hopper.h share: two warpgroups multiply a tile
 * of 128 rows x 128 columns; blocks stay, and go through tiles gridDim.x apart.
 */
#pragma once
#include "gemm.h"
#include "wgmma_lines.h"

static const u32 LINES_M = 128, LINES_N = 128;
/* A box of 128 lines of 64 terms. */
static const u32 LINES_BOX = 128 * 128;
/* A warpgroup's 32 rows x 64 columns of sums. */
static const u32 LINES_STAGING = 32 * 64 * 4;

/* What is multiplied: rows as they are, or in planes that add up to them. */
template <class T, u32 COUNT> struct Planes;
template <> struct Planes<Bf16, 1> {
    typedef Bf16 Product;
    static const u32 COUNT = 1;
    static __device__ __forceinline__ void multiply(f32 *d, const u32 *x, u64 lines, u32 adds) {
        wgmma_lines_bf16(d, x, lines, adds);
    }
};
template <> struct Planes<Bf16, 3> : Planes<Bf16, 1> {
    static const u32 COUNT = 3;
};
template <> struct Planes<F16, 1> {
    typedef F16 Product;
    static const u32 COUNT = 1;
    static __device__ __forceinline__ void multiply(f32 *d, const u32 *x, u64 lines, u32 adds) {
        wgmma_lines_f16(d, x, lines, adds);
    }
};

/* A stage's number and parity. */
template <u32 STAGES> struct RingTurn {
    u32 stage = 0, parity = 0;

    __device__ __forceinline__ void next() {
        stage = stage + 1 == STAGES ? 0 : stage + 1;
        parity = stage == 0 ? parity ^ 1 : parity;
    }
};

struct LinesOperands {
    /* other: the sums for minimums, or the weight. */
    const TensorMap *a, *other;
    /* As they are. */
    const void *left;
    const u8 *weight;
    const void *bias, *residual;
    void *out;
    f32 scale;
    i64 tiles;
};

/* A tile of the output. */
struct LinesTile {
    i64 batch, fromM, fromN;
};

TN_FUNCTION LinesTile lines_tile(const GemmShape &s, i64 tile) {
    u32 rows = (u32)((s.m + LINES_M - 1) / LINES_M);
    u32 columns = (u32)((s.n + LINES_N - 1) / LINES_N);
    TileNumber number = tile_number((u32)(tile % ((i64)rows * columns)), rows, columns);
    LinesTile t = {tile / ((i64)rows * columns), number.row * LINES_M, number.column * LINES_N};
    return t;
}

/* sums += scale * product, each thread's two columns with their own scales. */
TN_FUNCTION void add_scaled(f32 *sums, const f32 *product, f32 low, f32 high) {
#pragma unroll
    for (u32 i = 0; i < LINES_M / 2; i++) {
        sums[i] = fmaf(i / 2 % 2 == 0 ? low : high, product[i], sums[i]);
    }
}

/*
 * The sums are the transpose: 32 rows of the output at a time go through shared memory, for whole lines of it. An element that is not
 * finite is added up again by Exact.
 */
template <class Exact>
TN_FUNCTION void finish_lines(const f32 *sums, u32 staging, const LinesOperands &o, const GemmShape &s, const LinesTile &t) {
    u32 group = threadIdx.x / 128 - 1;
    u32 lane = threadIdx.x % 32;
    u32 column = threadIdx.x / 32 % 4 * 16 + lane / 4;
    u32 own = staging + group * LINES_STAGING;
#pragma unroll 1
    for (u32 part = 0; part < LINES_M / 32; part++) {
        named_barrier(1 + group, 128);
#pragma unroll
        for (u32 i = 0; i < LINES_M / 2; i++) {
            if (i / 16 == part) {
                store_shared(staged_place<64>(own, i / 4 % 4 * 8 + lane % 4 * 2 + i % 2, column + i / 2 % 2 * 8), as_u32(sums[i]));
            }
        }
        named_barrier(1 + group, 128);
#pragma unroll 1
        for (u32 i = threadIdx.x % 128; i < 32 * 16; i += 128) {
            i64 row = t.fromM + part * 32 + i / 16;
            i64 first = t.fromN + group * 64 + i % 16 * 4;
            if (row < s.m && first < s.n) {
                Four four = staged_sums<64>(own, i / 16, i % 16);
                f32 v[4];
#pragma unroll
                for (u32 e = 0; e < 4; e++) {
                    v[e] = as_f32(four.x[e]);
                    bool isFinite = (four.x[e] & 0x7F800000u) != 0x7F800000u;
                    if (!isFinite && first + e < s.n) {
                        v[e] = Exact::sum(o, s, t, row, first + e);
                    }
                }
                finish4(v, row, first, t.batch, o.bias, o.residual, o.out, s, o.scale);
            }
        }
    }
}
