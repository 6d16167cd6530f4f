/*
 * Matmul by a quantized weight with wgmma, for sm_90a alone. It computes the transpose: a warpgroup has 64 columns of the output, whose
 * blocks become the products' left operand in registers, by 128 rows of a in shared memory. So a thread has two columns, and a
 * block's scale is two numbers of a thread's. Blocks stay: each goes through output tiles of 128 rows x 128 columns, gridDim.x apart.
 *
 * The first warpgroup copies, see block_stages.h, two multiply; while one scales its products the other's are in the tensor cores, and the
 * next numbers are taken from blocks beside that. As in gemm_quant.h nothing is rounded before F32: the weight's whole numbers are exact in BF16 and F16, the product of a part
 * of 32 terms (16: Q6_K) is multiplied by the scale in F32, and F32 rows of a come as three planes of BF16 that add up to them
 * (left_planes.cu). Minimums are multiplied by sums of a's terms, by products of their own, see block_fragments.h.
 *
 * Reckoning for a tile's part of 32 terms: tensor cores take 256 cycles (272 or 288 with minimums, 768 for F32), shared memory gives
 * operands in 128, takes copies in some 100, and is read for blocks in 50 to 180; a scheduler issues 128 multiply-adds, twice as many
 * for Q6_K, and 160 to 360 other instructions for both warpgroups. Registers: 64 sums and 64 of a product (128: Q6_K), 16
 * for numbers. docs/cuda-kernels.md has more. None of this has been measured.
 */
#pragma once
#include "block_stages.h"
#include "exact_sum.h"

/* What a thread has of its two columns' blocks. */
template <class Format, class T> struct ColumnBlocks {
    typedef WeightStage<Format, T> Stage;
    typedef BlockFragments<Format, T> Fragments;
    static const u32 SCALES = Format::TWO_SCALES ? 4 : 2;
    /* The lines' addresses, of which the last bits matter; then where the stage's blocks are in shared memory. */
    u32 low[2], blocks[2];
    u32 line, t;
    f32 scales[2][SCALES];
    u32 minimums[2];
    f32 factors[2];

    __device__ __forceinline__ void locate(u32 weights, u32 stage) {
#pragma unroll
        for (u32 h = 0; h < 2; h++) {
            blocks[h] = weights + (line + 8 * h) * Stage::PITCH + ((low[h] + stage * Stage::LINE) & 15);
            if constexpr (Format::MINIMUM) {
                minimums[h] = Fragments::minimums(blocks[h], t);
                factors[h] = Fragments::factor(blocks[h]);
            }
        }
    }
    __device__ __forceinline__ void findScales(u32 part) {
        Fragments::scales(scales[0], blocks[0], part);
        Fragments::scales(scales[1], blocks[1], part);
    }
    /* Two fragments of 16 terms. */
    __device__ __forceinline__ void numbers(u32 (*x)[4], u32 part) const {
#pragma unroll
        for (u32 h = 0; h < 2; h++) {
            u32 pairs[4];
            Fragments::pairs(pairs, blocks[h], part, t);
            x[0][h] = pairs[0];
            x[0][2 + h] = pairs[1];
            x[1][h] = pairs[2];
            x[1][2 + h] = pairs[3];
        }
    }
};

/* A part of 32 terms: its products are on their way, those of the least plane first. */
template <class Format, class Left>
TN_FUNCTION void begin_part(f32 (*products)[LINES_M / 2], const u32 (*x)[4], u32 tile, u32 k) {
    wgmma_fence();
#pragma unroll
    for (u32 i = 0; i < 2 * Left::COUNT; i++) {
        /* With a scale for each 16 terms these are products of their own. */
        u32 half = Format::TWO_SCALES ? i / Left::COUNT : i % 2;
        u32 plane = Left::COUNT - 1 - (Format::TWO_SCALES ? i % Left::COUNT : i / 2);
        bool isFirst = i == 0 || (Format::TWO_SCALES && i == Left::COUNT);
        Left::multiply(products[Format::TWO_SCALES ? half : 0], x[half],
                       matrix_descriptor(tile + plane * LINES_BOX + (k + half * 16) * 2, 16, 1024), !isFirst);
        if (Format::TWO_SCALES && i + 1 == Left::COUNT) {
            wgmma_commit();
        }
    }
    wgmma_commit();
}

/* Waits for them and adds them up; scales: the part's of both columns. */
template <class Format>
TN_FUNCTION void end_part(f32 *sums, const f32 (*products)[LINES_M / 2], const f32 *low, const f32 *high) {
    if (Format::TWO_SCALES) {
        wgmma_wait<1>();
        add_scaled(sums, products[0], low[0], high[0]);
    }
    wgmma_wait<0>();
    add_scaled(sums, products[Format::TWO_SCALES ? 1 : 0], low[Format::TWO_SCALES ? 1 : 0], high[Format::TWO_SCALES ? 1 : 0]);
}

/* Where a warpgroup is in each ring. */
template <class Format, class Left> struct LinesTurns {
    RingTurn<LinesShared<Format, Left>::STAGES> a;
    RingTurn<LINES_SUMS> sums;
    RingTurn<LINES_WEIGHTS> weights;
};

/* All minimums of a stage of the weight's, by the sums of its terms: 32 slots from slot on. */
template <class Format, class Left>
TN_FUNCTION void add_minimums(f32 *sums, f32 *product, const ColumnBlocks<Format, typename Left::Product> &own, u32 tile,
                              u32 slot) {
    u32 x[4] = {own.minimums[0], own.minimums[1], own.minimums[0], own.minimums[1]};
    wgmma_fence();
    wgmma_lines_bf16(product, x, matrix_descriptor(tile + slot * 2, 16, 1024), 0);
    wgmma_lines_bf16(product, x, matrix_descriptor(tile + slot * 2 + 32, 16, 1024), 1);
    wgmma_commit();
    wgmma_wait<0>();
    add_scaled(sums, product, own.factors[0], own.factors[1]);
}

/* A warpgroup's 64 columns by all of a tile's rows. */
template <class Format, class Left>
TN_FUNCTION void multiply_tile(f32 *sums, const LinesShared<Format, Left> &shared, const LinesOperands &o,
                               const GemmShape &s, const LinesTile &t, LinesTurns<Format, Left> &turns) {
    typedef LinesShared<Format, Left> Shared;
    typedef typename Shared::Weights Stage;
    u32 lane = threadIdx.x % 32;
    u32 steps = (u32)((s.k + 63) / 64);
    ColumnBlocks<Format, typename Left::Product> own;
    own.line = (threadIdx.x / 32 - 4) * 16 + lane / 4;
    own.t = lane % 4;
#pragma unroll
    for (u32 h = 0; h < 2; h++) {
        own.low[h] = (u32)(u64)column_blocks<Format>(o, s, t, own.line + 8 * h);
    }
    f32 products[Format::TWO_SCALES ? 2 : 1][LINES_M / 2];
    u32 even[2][4], odd[2][4];
    counter_wait(shared.fullW + turns.weights.stage * 8, turns.weights.parity);
    own.locate(shared.weights + turns.weights.stage * Stage::BYTES, 0);
    own.findScales(0);
    own.numbers(even, 0);
#pragma unroll 1
    for (u32 step = 0; step < steps; step++) {
        u32 within = step % Stage::STEPS;
        if (Format::MINIMUM && within == 0) {
            u32 half = step / Stage::STEPS % 2;
            if (half == 0) {
                counter_wait(shared.fullS + turns.sums.stage * 8, turns.sums.parity);
            }
            add_minimums<Format, Left>(sums, products[0], own, shared.sums + turns.sums.stage * LINES_BOX, half * 32);
            if (half == 1 || step + Stage::STEPS >= steps) {
                if (lane == 0) {
                    counter_arrive(shared.emptyS + turns.sums.stage * 8);
                }
                turns.sums.next();
            }
        }
        u32 tile = shared.a + turns.a.stage * Shared::STAGE;
        const u32 SECOND = Format::TWO_SCALES ? 2 : 1;
        counter_wait(shared.fullA + turns.a.stage * 8, turns.a.parity);
        begin_part<Format, Left>(products, even, tile, 0);
        own.numbers(odd, 2 * within + 1);
        end_part<Format>(sums, products, own.scales[0], own.scales[1]);
        f32 low[SECOND], high[SECOND];
#pragma unroll
        for (u32 i = 0; i < SECOND; i++) {
            low[i] = own.scales[0][SECOND + i];
            high[i] = own.scales[1][SECOND + i];
        }
        begin_part<Format, Left>(products, odd, tile, 32);
        /* The next part's numbers; those of a new stage once this one is given back. */
        bool isLast = step + 1 == steps;
        bool isOver = isLast || within + 1 == Stage::STEPS;
        if (isOver) {
            warp_barrier();
            if (lane == 0) {
                counter_arrive(shared.emptyW + turns.weights.stage * 8);
            }
            turns.weights.next();
        }
        if (!isLast) {
            u32 part = isOver ? 0 : 2 * within + 2;
            if (isOver) {
                counter_wait(shared.fullW + turns.weights.stage * 8, turns.weights.parity);
                own.locate(shared.weights + turns.weights.stage * Stage::BYTES, (step + 1) / Stage::STEPS);
            }
            own.findScales(part);
            own.numbers(even, part);
        }
        end_part<Format>(sums, products, low, high);
        if (lane == 0) {
            counter_arrive(shared.emptyA + turns.a.stage * 8);
        }
        turns.a.next();
    }
}

/* A sum that is not finite, from weights as they are. */
template <class Format> struct QuantizedExact {
    static __device__ __forceinline__ f32 sum(const LinesOperands &o, const GemmShape &s, const LinesTile &t, i64 row, i64 column) {
        const u8 *blocks = o.weight + (s.b + t.batch * s.bBatch + column * s.bStride) * (i64)Format::BYTES;
        return exact_sum<Format>(o.left, (i32)s.aType, s.a + t.batch * s.aBatch + row * s.aStride, blocks, s.k);
    }
};

template <class Format, class Left> TN_FUNCTION void gemm_quant_hopper(const LinesOperands &o, const GemmShape &s) {
    LinesShared<Format, Left> shared;
    shared.place();
    if (threadIdx.x == 0) {
        shared.count();
    }
    block_barrier();
    if (threadIdx.x < 128) {
        registers_less<40>();
        if (threadIdx.x == 0) {
            bring_lines(shared, o, s);
        } else if (threadIdx.x >= 32) {
            bring_blocks(shared, o, s);
        }
    } else {
        registers_more<232>();
        LinesTurns<Format, Left> turns;
        for (i64 tile = blockIdx.x; tile < o.tiles; tile += gridDim.x) {
            LinesTile t = lines_tile(s, tile);
            f32 sums[LINES_M / 2];
#pragma unroll
            for (u32 i = 0; i < LINES_M / 2; i++) {
                sums[i] = 0;
            }
            multiply_tile(sums, shared, o, s, t, turns);
            finish_lines<QuantizedExact<Format>>(sums, shared.staging, o, s, t);
        }
    }
}

#define GEMM_QUANT_HOPPER_KERNEL(name, Format, T, COUNT)                                                               \
    extern "C" __global__ void __launch_bounds__(384, 1)                                                               \
        name(const __grid_constant__ TensorMap a, const __grid_constant__ TensorMap sums, const void *left,            \
             const u8 *b, const void *bias, const void *residual, void *out, const GemmShape s, const f32 scale,       \
             const i64 tiles) {                                                                                        \
        LinesOperands o = {&a, &sums, left, b, bias, residual, out, scale, tiles};                                     \
        gemm_quant_hopper<Format, Planes<T, COUNT>>(o, s);                                                             \
    }
#define GEMM_QUANT_HOPPER_KERNELS(name, T, COUNT)                                                                      \
    GEMM_QUANT_HOPPER_KERNEL(name##_q8_0, Q8_0, T, COUNT)                                                              \
    GEMM_QUANT_HOPPER_KERNEL(name##_q4_0, Q4_0, T, COUNT)                                                              \
    GEMM_QUANT_HOPPER_KERNEL(name##_q4_1, Q4_1, T, COUNT)                                                              \
    GEMM_QUANT_HOPPER_KERNEL(name##_q5_0, Q5_0, T, COUNT)                                                              \
    GEMM_QUANT_HOPPER_KERNEL(name##_q5_1, Q5_1, T, COUNT)                                                              \
    GEMM_QUANT_HOPPER_KERNEL(name##_q4_k, Q4_K, T, COUNT)                                                              \
    GEMM_QUANT_HOPPER_KERNEL(name##_q5_k, Q5_K, T, COUNT)                                                              \
    GEMM_QUANT_HOPPER_KERNEL(name##_q6_k, Q6_K, T, COUNT)
