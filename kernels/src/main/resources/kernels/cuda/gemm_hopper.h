/*
 * Matmul on 16-bit operands, or on F32 ones taken as TF32, with wgmma, for sm_90a alone. Blocks stay: each goes through
 * output tiles of 128 x BN, gridDim.x apart. One warpgroup's first thread has bulk tensor copies fill stages of 64 terms, or
 * 32 of TF32, two warpgroups multiply 64 rows each, so that the copies for the next tile are under way while the sums of
 * this one are finished. A stage is handed over by counters: full counts bytes, empty the eight multiplying warps. Registers
 * move from the first warpgroup to the others. Edges need nothing: copies bring zeros for what lies past a matrix.
 *
 * Where BLOCKS is 2, two blocks are a cluster with two tiles one below the other: each copies half of b's tile to both, and
 * a of its own, so that b is read from the L2 cache once for two. A stage is then filled by both blocks, and empty once
 * sixteen warps of both have said so. Both have as many tiles: below an odd last row lies one of zeros that nobody stores.
 */
#pragma once
#include "gemm.h"
#include "cluster.h"
#include "group_product.h"

static const u32 HOPPER_M = 128, HOPPER_THREADS = 384;
/* A line of a stage: 64 elements of 16 bits, or 32 of F32. A product takes a quarter of its terms. */
static const u32 HOPPER_LINE = 128, PRODUCTS = 4;

/* A copy's slab where lines of 64 elements run across the terms: one for each of 64 terms. */
static const u32 SLAB_ACROSS = 64 * HOPPER_LINE;

template <u32 BLOCKS> TN_FUNCTION void copy_box_to(u32 to, const TensorMap *map, i64 x, i64 y, i64 batch, u32 counter) {
    if (BLOCKS > 1) {
        copy_box_to_blocks(to, map, (i32)x, (i32)y, (i32)batch, counter, (1u << BLOCKS) - 1);
    } else {
        copy_box(to, map, (i32)x, (i32)y, (i32)batch, counter);
    }
}

/*
 * Copies a stage's tile to so many blocks: one box of lines along the terms, or a box for every 64 lines' beginnings across.
 */
template <u32 SIZE, bool ACROSS, u32 BLOCKS>
TN_FUNCTION void copy_tile(u32 to, const TensorMap *map, i64 outer, i64 term, i64 batch, u32 counter) {
    if (ACROSS) {
#pragma unroll
        for (u32 slab = 0; slab < SIZE / 64; slab++) {
            copy_box_to<BLOCKS>(to + slab * SLAB_ACROSS, map, outer + slab * 64, term, batch, counter);
        }
    } else {
        copy_box_to<BLOCKS>(to, map, term, outer, batch, counter);
    }
}

/* A warp is done with a stage: says so to all that fill it. */
template <u32 BLOCKS> TN_FUNCTION void release_stage(u32 counter) {
    if (BLOCKS > 1) {
#pragma unroll
        for (u32 rank = 0; rank < BLOCKS; rank++) {
            cluster_counter_arrive(cluster_address(counter, rank));
        }
    } else {
        counter_arrive(counter);
    }
}
template <u32 BLOCKS> TN_FUNCTION void blocks_barrier() {
    if (BLOCKS > 1) {
        cluster_barrier();
    } else {
        block_barrier();
    }
}

/* The operand's terms of one of the stage's products; slab: of 64 rows or columns across. */
template <bool ACROSS> TN_FUNCTION u64 tile_descriptor(u32 tile, u32 product) {
    return ACROSS ? matrix_descriptor(tile + product * 16 * HOPPER_LINE, SLAB_ACROSS, 1024)
                  : matrix_descriptor(tile + product * (HOPPER_LINE / PRODUCTS), 16, 1024);
}

/* tiles: those that a cluster has at once count as one. */
template <class T, u32 BN, u32 STAGES, bool A_ALONG_M, bool B_ALONG_N, u32 BLOCKS>
TN_FUNCTION void gemm_hopper(const TensorMap *mapA, const TensorMap *mapB, const void *bias, const void *residual, void *out,
                             const GemmShape &s, f32 scale, i64 tiles) {
    const u32 A_BYTES = HOPPER_M * HOPPER_LINE;
    const u32 STAGE = A_BYTES + BN * HOPPER_LINE;
    const u32 TERMS = HOPPER_LINE / T::BYTES;
    /* Columns of b that a block copies. */
    const u32 PART = BN / BLOCKS;
    u32 shared = (shared_base() + 1023) & ~1023u;
    /* After the stages: 2 KiB for each multiplying warp's sums, then the counters. */
    u32 staging = shared + STAGES * STAGE;
    u32 full = staging + 8 * 2048;
    u32 empty = full + STAGES * 8;
    u32 thread = threadIdx.x;
    if (thread == 0) {
        for (u32 i = 0; i < STAGES; i++) {
            counter_init(full + i * 8, 1);
            counter_init(empty + i * 8, 8 * BLOCKS);
        }
        counter_init_fence();
    }
    blocks_barrier<BLOCKS>();
    u32 rank = BLOCKS > 1 ? cluster_rank() : 0;
    u32 rows = (u32)((s.m + HOPPER_M * BLOCKS - 1) / (HOPPER_M * BLOCKS));
    u32 columns = (u32)((s.n + BN - 1) / BN);
    i64 steps = (s.k + TERMS - 1) / TERMS;
    u32 stage = 0;
    u32 parity = 0;
    if (thread < 128) {
        registers_less<40>();
        if (thread == 0) {
            for (i64 tile = blockIdx.x / BLOCKS; tile < tiles; tile += gridDim.x / BLOCKS) {
                TileNumber number = tile_number((u32)(tile % ((i64)rows * columns)), rows, columns);
                i64 row = (number.row * BLOCKS + rank) * HOPPER_M;
                i64 column = number.column * BN + rank * PART;
                i64 batch = tile / ((i64)rows * columns);
                for (i64 step = 0; step < steps; step++) {
                    /* At first every stage is empty: the phase before the first counts as over. */
                    counter_wait(empty + stage * 8, parity ^ 1);
                    u32 to = shared + stage * STAGE;
                    counter_expect(full + stage * 8, STAGE);
                    copy_tile<HOPPER_M, A_ALONG_M, 1>(to, mapA, row, step * TERMS, batch, full + stage * 8);
                    copy_tile<PART, B_ALONG_N, BLOCKS>(to + A_BYTES + rank * PART * HOPPER_LINE, mapB, column, step * TERMS,
                                                       batch, full + stage * 8);
                    if (++stage == STAGES) {
                        stage = 0;
                        parity ^= 1;
                    }
                }
            }
            /* A block that ends has no shared memory: the other must have said there that each stage is empty. */
            for (u32 i = 0; BLOCKS > 1 && i < STAGES; i++) {
                counter_wait(empty + stage * 8, parity ^ 1);
                if (++stage == STAGES) {
                    stage = 0;
                    parity ^= 1;
                }
            }
        }
    } else {
        registers_more<232>();
        u32 group = thread / 128 - 1;
        u32 lane = thread % 32;
        u32 warp = thread / 32 - 4;
        for (i64 tile = blockIdx.x / BLOCKS; tile < tiles; tile += gridDim.x / BLOCKS) {
            TileNumber number = tile_number((u32)(tile % ((i64)rows * columns)), rows, columns);
            i64 batch = tile / ((i64)rows * columns);
            f32 sums[BN / 2];
            u32 before = 0;
#pragma unroll 1
            for (i64 step = 0; step < steps; step++) {
                counter_wait(full + stage * 8, parity);
                u32 tileA = shared + stage * STAGE + group * (A_ALONG_M ? SLAB_ACROSS : 64 * HOPPER_LINE);
                u32 tileB = shared + stage * STAGE + A_BYTES;
                wgmma_fence();
#pragma unroll
                for (u32 product = 0; product < PRODUCTS; product++) {
                    GroupProduct<T, BN>::template run<A_ALONG_M, B_ALONG_N>(
                        sums, tile_descriptor<A_ALONG_M>(tileA, product), tile_descriptor<B_ALONG_N>(tileB, product),
                        step > 0 || product > 0);
                }
                wgmma_commit();
                /* The step before is done, and its stage free. */
                wgmma_wait<1>();
                if (step > 0 && lane == 0) {
                    release_stage<BLOCKS>(empty + before * 8);
                }
                before = stage;
                if (++stage == STAGES) {
                    stage = 0;
                    parity ^= 1;
                }
            }
            wgmma_wait<0>();
            f32 settled[BN / 2];
            wgmma_settle(settled, sums);
            if (lane == 0) {
                release_stage<BLOCKS>(empty + before * 8);
            }
            /* 16 rows of 32 columns at a time through the warp's own shared memory, for whole lines of output. */
            u32 own = staging + warp * 2048;
            i64 fromM = (number.row * BLOCKS + rank) * HOPPER_M + warp * 16;
#pragma unroll
            for (u32 part = 0; part < BN / 32; part++) {
                warp_barrier();
#pragma unroll
                for (u32 j = 0; j < 4; j++) {
                    stage_sums<32>(own, 0, j * 8, settled + part * 16 + j * 4, lane);
                }
                warp_barrier();
                i64 fromN = number.column * BN + part * 32;
#pragma unroll 1
                for (u32 i = lane; i < 16 * 8; i += 32) {
                    if (fromM + i / 8 < s.m && fromN + i % 8 * 4 < s.n) {
                        Four four = staged_sums<32>(own, i / 8, i % 8);
                        f32 v[4] = {as_f32(four.x[0]), as_f32(four.x[1]), as_f32(four.x[2]), as_f32(four.x[3])};
                        finish4(v, fromM + i / 8, fromN + i % 8 * 4, batch, bias, residual, out, s, scale);
                    }
                }
            }
        }
    }
}

/* CLUSTER: its size as an attribute, or nothing. */
#define GEMM_HOPPER(name, T, BN, STAGES, A_ALONG_M, B_ALONG_N, BLOCKS, CLUSTER)                                        \
    extern "C" __global__ void CLUSTER __launch_bounds__(384, 1)                                                       \
        name(const __grid_constant__ TensorMap a, const __grid_constant__ TensorMap b, const void *bias,              \
             const void *residual, void *out, const GemmShape s, const f32 scale, const i64 tiles) {                   \
        gemm_hopper<T, BN, STAGES, A_ALONG_M, B_ALONG_N, BLOCKS>(&a, &b, bias, residual, out, s, scale, tiles);        \
    }
#define GEMM_HOPPER_KERNEL(name, T, BN, STAGES, A_ALONG_M, B_ALONG_N)                                                  \
    GEMM_HOPPER(name, T, BN, STAGES, A_ALONG_M, B_ALONG_N, 1, )
#define GEMM_HOPPER_PAIR(name, T, BN, STAGES, A_ALONG_M, B_ALONG_N)                                                    \
    GEMM_HOPPER(name, T, BN, STAGES, A_ALONG_M, B_ALONG_N, 2, __cluster_dims__(2, 1, 1))
#define GEMM_HOPPER_KERNELS(name, T)                                                                                   \
    GEMM_HOPPER_KERNEL(name##_kk_256, T, 256, 4, false, false)                                                         \
    GEMM_HOPPER_KERNEL(name##_kn_256, T, 256, 4, false, true)                                                          \
    GEMM_HOPPER_KERNEL(name##_mn_256, T, 256, 4, true, true)                                                           \
    GEMM_HOPPER_KERNEL(name##_kk_128, T, 128, 6, false, false)                                                         \
    GEMM_HOPPER_KERNEL(name##_kn_128, T, 128, 6, false, true)                                                          \
    GEMM_HOPPER_KERNEL(name##_mn_128, T, 128, 6, true, true)
#define GEMM_HOPPER_PAIRS(name, T)                                                                                     \
    GEMM_HOPPER_PAIR(name##_kk_256, T, 256, 4, false, false)                                                           \
    GEMM_HOPPER_PAIR(name##_kn_256, T, 256, 4, false, true)                                                            \
    GEMM_HOPPER_PAIR(name##_mn_256, T, 256, 4, true, true)                                                             \
    GEMM_HOPPER_PAIR(name##_kk_128, T, 128, 6, false, false)                                                           \
    GEMM_HOPPER_PAIR(name##_kn_128, T, 128, 6, false, true)                                                            \
    GEMM_HOPPER_PAIR(name##_mn_128, T, 128, 6, true, true)
