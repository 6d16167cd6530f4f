/*
 * Matmul on 16-bit operands with wgmma, for sm_90a alone. Blocks stay: each goes through output tiles of 128 x BN, gridDim.x
 * apart. One warpgroup's first thread has bulk tensor copies fill stages of 64 terms, two warpgroups multiply 64 rows each, so
 * that the copies for the next tile are under way while the sums of this one are finished. A stage is handed over by counters:
 * full counts bytes, empty the eight multiplying warps. Registers move from the first warpgroup to the others.
 * Edges need nothing: copies bring zeros for what lies past a matrix.
 */
#pragma once
#include "gemm.h"
#include "group_product.h"

static const u32 HOPPER_M = 128, HOPPER_TERMS = 64, HOPPER_THREADS = 384;

/* A copy's slab: lines of 64 elements, across the terms or along them. */
static const u32 SLAB_ACROSS = HOPPER_TERMS * 128;

/* Copies a tile of 64 terms: one box of lines along them, or a box for every 64 lines' beginnings across. */
template <u32 SIZE, bool ACROSS>
TN_FUNCTION void copy_tile(u32 to, const TensorMap *map, i64 outer, i64 term, i64 batch, u32 counter) {
    if (ACROSS) {
#pragma unroll
        for (u32 slab = 0; slab < SIZE / 64; slab++) {
            copy_box(to + slab * SLAB_ACROSS, map, (i32)(outer + slab * 64), (i32)term, (i32)batch, counter);
        }
    } else {
        copy_box(to, map, (i32)term, (i32)outer, (i32)batch, counter);
    }
}

/* The operand's 16 terms from k on; slab: of 64 rows or columns across. */
template <bool ACROSS> TN_FUNCTION u64 tile_descriptor(u32 tile, u32 k) {
    return ACROSS ? matrix_descriptor(tile + k * 128, SLAB_ACROSS, 1024) : matrix_descriptor(tile + k * 2, 16, 1024);
}

template <class T, u32 BN, u32 STAGES, bool A_ALONG_M, bool B_ALONG_N>
TN_FUNCTION void gemm_hopper(const TensorMap *mapA, const TensorMap *mapB, const void *bias, const void *residual, void *out,
                             const GemmShape &s, f32 scale, i64 tiles) {
    const u32 A_BYTES = HOPPER_M * 128;
    const u32 STAGE = A_BYTES + BN * 128;
    u32 shared = (shared_base() + 1023) & ~1023u;
    /* After the stages: 2 KiB for each multiplying warp's sums, then the counters. */
    u32 staging = shared + STAGES * STAGE;
    u32 full = staging + 8 * 2048;
    u32 empty = full + STAGES * 8;
    u32 thread = threadIdx.x;
    if (thread == 0) {
        for (u32 i = 0; i < STAGES; i++) {
            counter_init(full + i * 8, 1);
            counter_init(empty + i * 8, 8);
        }
        counter_init_fence();
    }
    block_barrier();
    u32 rows = (u32)((s.m + HOPPER_M - 1) / HOPPER_M);
    u32 columns = (u32)((s.n + BN - 1) / BN);
    i64 steps = (s.k + HOPPER_TERMS - 1) / HOPPER_TERMS;
    u32 stage = 0;
    u32 parity = 0;
    if (thread < 128) {
        registers_less<40>();
        if (thread == 0) {
            for (i64 tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
                TileNumber number = tile_number((u32)(tile % ((i64)rows * columns)), rows, columns);
                i64 batch = tile / ((i64)rows * columns);
                for (i64 step = 0; step < steps; step++) {
                    /* At first every stage is empty: the phase before the first counts as over. */
                    counter_wait(empty + stage * 8, parity ^ 1);
                    u32 to = shared + stage * STAGE;
                    counter_expect(full + stage * 8, STAGE);
                    copy_tile<HOPPER_M, A_ALONG_M>(to, mapA, number.row * HOPPER_M, step * HOPPER_TERMS, batch,
                                                   full + stage * 8);
                    copy_tile<BN, B_ALONG_N>(to + A_BYTES, mapB, number.column * BN, step * HOPPER_TERMS, batch,
                                             full + stage * 8);
                    if (++stage == STAGES) {
                        stage = 0;
                        parity ^= 1;
                    }
                }
            }
        }
    } else {
        registers_more<232>();
        u32 group = thread / 128 - 1;
        u32 lane = thread % 32;
        u32 warp = thread / 32 - 4;
        for (i64 tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
            TileNumber number = tile_number((u32)(tile % ((i64)rows * columns)), rows, columns);
            i64 batch = tile / ((i64)rows * columns);
            f32 sums[BN / 2];
            u32 before = 0;
#pragma unroll 1
            for (i64 step = 0; step < steps; step++) {
                counter_wait(full + stage * 8, parity);
                u32 tileA = shared + stage * STAGE + group * (A_ALONG_M ? SLAB_ACROSS : 64 * 128);
                u32 tileB = shared + stage * STAGE + A_BYTES;
                wgmma_fence();
#pragma unroll
                for (u32 k = 0; k < HOPPER_TERMS; k += 16) {
                    GroupProduct<T, BN>::template run<A_ALONG_M, B_ALONG_N>(sums, tile_descriptor<A_ALONG_M>(tileA, k),
                                                                    tile_descriptor<B_ALONG_N>(tileB, k),
                                                                    step > 0 || k > 0);
                }
                wgmma_commit();
                /* The step before is done, and its stage free. */
                wgmma_wait<1>();
                if (step > 0 && lane == 0) {
                    counter_arrive(empty + before * 8);
                }
                before = stage;
                if (++stage == STAGES) {
                    stage = 0;
                    parity ^= 1;
                }
            }
            wgmma_wait<0>();
            if (lane == 0) {
                counter_arrive(empty + before * 8);
            }
            /* 16 rows of 32 columns at a time through the warp's own shared memory, for whole lines of output. */
            u32 own = staging + warp * 2048;
            i64 fromM = number.row * HOPPER_M + warp * 16;
#pragma unroll
            for (u32 part = 0; part < BN / 32; part++) {
                warp_barrier();
#pragma unroll
                for (u32 j = 0; j < 4; j++) {
                    stage_sums<32>(own, 0, j * 8, sums + part * 16 + j * 4, lane);
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

#define GEMM_HOPPER_KERNEL(name, T, BN, STAGES, A_ALONG_M, B_ALONG_N)                                                  \
    extern "C" __global__ void __launch_bounds__(384, 1)                                                               \
        name(const __grid_constant__ TensorMap a, const __grid_constant__ TensorMap b, const void *bias,              \
             const void *residual, void *out, const GemmShape s, const f32 scale, const i64 tiles) {                   \
        gemm_hopper<T, BN, STAGES, A_ALONG_M, B_ALONG_N>(&a, &b, bias, residual, out, s, scale, tiles);                \
    }
#define GEMM_HOPPER_KERNELS(name, T)                                                                                   \
    GEMM_HOPPER_KERNEL(name##_kk_256, T, 256, 4, false, false)                                                         \
    GEMM_HOPPER_KERNEL(name##_kn_256, T, 256, 4, false, true)                                                          \
    GEMM_HOPPER_KERNEL(name##_mn_256, T, 256, 4, true, true)                                                           \
    GEMM_HOPPER_KERNEL(name##_kk_128, T, 128, 6, false, false)                                                         \
    GEMM_HOPPER_KERNEL(name##_kn_128, T, 128, 6, false, true)                                                          \
    GEMM_HOPPER_KERNEL(name##_mn_128, T, 128, 6, true, true)
