/*
 * Attention with wgmma for sm_90a alone (in the manner of Shah et al. 2024, without its overlap of one tile's softmax with the next
 * one's product inside a warpgroup). A block has 128 queries of one head. One thread has bulk tensor copies bring the queries and then keys and
 * values, 128 at a time, two stages of each; two warpgroups have 64 queries each, so that one's exponentials run
 * beside the other's products. Weights stay in registers as the left operand of the second product. For keys that all exist: no
 * lengths, pages or masks. blockIdx.y is a batch row and head.
 */
#pragma once
#include "attention_forward.h"
#include "wgmma.h"

static const u32 GROUP_ROWS = 128, GROUP_KEYS = 128, GROUP_STAGES = 2;

template <class T, u32 HEAD> struct HeadProduct;
#define TN_HEAD_PRODUCT(T, HEAD, scores, values)                                                                       \
    template <> struct HeadProduct<T, HEAD> {                                                                          \
        static __device__ __forceinline__ void ofKeys(f32 *d, u64 a, u64 b, u32 adds) {                                \
            scores<0, 0>(d, a, b, adds);                                                                               \
        }                                                                                                              \
        static __device__ __forceinline__ void ofValues(f32 *d, const u32 *a, u64 b) {                                 \
            values(d, a, b, 1);                                                                                        \
        }                                                                                                              \
    };
TN_HEAD_PRODUCT(Bf16, 64, wgmma_128_bf16, wgmma_registers_64_bf16)
TN_HEAD_PRODUCT(Bf16, 128, wgmma_128_bf16, wgmma_registers_128_bf16)
TN_HEAD_PRODUCT(F16, 64, wgmma_128_f16, wgmma_registers_64_f16)
TN_HEAD_PRODUCT(F16, 128, wgmma_128_f16, wgmma_registers_128_f16)

/* 128 lines of a head, in slabs of 64 elements. */
template <u32 HEAD>
TN_FUNCTION void copy_heads(u32 to, const TensorMap *map, i64 position, i64 head, i64 batch, u32 counter) {
    counter_expect(counter, 128 * HEAD * 2);
#pragma unroll
    for (u32 slab = 0; slab < HEAD / 64; slab++) {
        copy_box4(to + slab * 128 * 128, map, (i32)(slab * 64), (i32)position, (i32)head, (i32)batch, counter);
    }
}

template <class T, u32 HEAD>
TN_FUNCTION void attention_hopper(const TensorMap *mapQ, const TensorMap *mapK, const TensorMap *mapV,
                                  const AttentionOperands &o, const AttentionShape &s, f32 scale, f32 cap) {
    const u32 BYTES = 128 * HEAD * 2;
    u32 queries = (shared_base() + 1023) & ~1023u;
    u32 keys = queries + BYTES;
    u32 values = keys + GROUP_STAGES * BYTES;
    u32 fullQ = values + GROUP_STAGES * BYTES;
    u32 fullK = fullQ + 8;
    u32 fullV = fullK + GROUP_STAGES * 8;
    u32 emptyK = fullV + GROUP_STAGES * 8;
    u32 emptyV = emptyK + GROUP_STAGES * 8;
    u32 thread = threadIdx.x;
    if (thread == 0) {
        counter_init(fullQ, 1);
        for (u32 i = 0; i < GROUP_STAGES; i++) {
            counter_init(fullK + i * 8, 1);
            counter_init(fullV + i * 8, 1);
            counter_init(emptyK + i * 8, 8);
            counter_init(emptyV + i * 8, 8);
        }
        counter_init_fence();
    }
    block_barrier();
    /* The queries with most keys come first where attention is causal. */
    i64 firstQuery = (i64)(gridDim.x - 1 - blockIdx.x) * GROUP_ROWS;
    i64 head = blockIdx.y % s.heads;
    i64 sharing = s.heads / s.keyHeads;
    RowTile t;
    t.batch = blockIdx.y / s.heads;
    t.keyHead = head / sharing;
    t.firstRow = head % sharing * s.queries + firstQuery;
    t.rows = (i32)(s.queries - firstQuery < GROUP_ROWS ? s.queries - firstQuery : GROUP_ROWS);
    place_tile(t, s, nullptr, 0, GROUP_KEYS);
    u32 stage = 0;
    u32 parity = 0;
    if (thread < 128) {
        registers_less<40>();
        if (thread == 0) {
            copy_heads<HEAD>(queries, mapQ, firstQuery, head, t.batch, fullQ);
            for (i64 from = t.begin; from < t.end; from += GROUP_KEYS) {
                counter_wait(emptyK + stage * 8, parity ^ 1);
                copy_heads<HEAD>(keys + stage * BYTES, mapK, from, t.keyHead, t.batch, fullK + stage * 8);
                counter_wait(emptyV + stage * 8, parity ^ 1);
                copy_heads<HEAD>(values + stage * BYTES, mapV, from, t.keyHead, t.batch, fullV + stage * 8);
                if (++stage == GROUP_STAGES) {
                    stage = 0;
                    parity ^= 1;
                }
            }
        }
    } else {
        registers_more<232>();
        u32 lane = thread % 32;
        u32 warpRow = (thread / 32 - 4) * 16;
        i32 row[2] = {(i32)(warpRow + lane / 4), (i32)(warpRow + lane / 4 + 8)};
        u32 own = queries + (thread / 128 - 1) * 64 * 128;
        f32 sums[HEAD / 2];
#pragma unroll
        for (u32 i = 0; i < HEAD / 2; i++) {
            sums[i] = 0;
        }
        SoftmaxRows rows = {{-TN_INFINITY, -TN_INFINITY}, {0, 0}};
        counter_wait(fullQ, 0);
#pragma unroll 1
        for (i64 from = t.begin; from < t.end; from += GROUP_KEYS) {
            f32 scores[GROUP_KEYS / 8][4];
            counter_wait(fullK + stage * 8, parity);
            wgmma_fence();
#pragma unroll
            for (u32 k = 0; k < HEAD; k += 16) {
                u32 at = k / 64 * 128 * 128 + k % 64 * 2;
                HeadProduct<T, HEAD>::ofKeys(&scores[0][0], matrix_descriptor(own + at, 16, 1024),
                                             matrix_descriptor(keys + stage * BYTES + at, 16, 1024), k > 0);
            }
            wgmma_commit();
            wgmma_wait<0>();
            if (lane == 0) {
                counter_arrive(emptyK + stage * 8);
            }
            score_tile<GROUP_KEYS / 8>(scores, o, s, t, row, from, lane, scale, cap, sees_all(s, t, from, GROUP_KEYS));
            f32 shrink[2];
            soften<GROUP_KEYS / 8>(scores, rows, shrink);
#pragma unroll
            for (u32 i = 0; i < HEAD / 2; i++) {
                sums[i] *= shrink[i / 2 % 2];
            }
            u32 x[GROUP_KEYS / 16][4];
#pragma unroll
            for (u32 k = 0; k < GROUP_KEYS / 16; k++) {
#pragma unroll
                for (u32 e = 0; e < 4; e++) {
                    const f32 *two = &scores[2 * k + e / 2][e % 2 * 2];
                    x[k][e] = T::pack(two[0], two[1]);
                }
            }
            counter_wait(fullV + stage * 8, parity);
            wgmma_fence();
#pragma unroll
            for (u32 k = 0; k < GROUP_KEYS / 16; k++) {
                HeadProduct<T, HEAD>::ofValues(
                    sums, x[k], matrix_descriptor(values + stage * BYTES + k * 16 * 128, 128 * 128, 1024));
            }
            wgmma_commit();
            wgmma_wait<0>();
            if (lane == 0) {
                counter_arrive(emptyV + stage * 8);
            }
            if (++stage == GROUP_STAGES) {
                stage = 0;
                parity ^= 1;
            }
        }
#pragma unroll
        for (u32 h = 0; h < 2; h++) {
#pragma unroll
            for (u32 step = 1; step < 4; step *= 2) {
                rows.total[h] += as_f32(shuffle_xor(as_u32(rows.total[h]), step));
            }
            if (row[h] < t.rows) {
                f32 factor = rows.total[h] == 0 ? 0 : 1 / rows.total[h];
                u16 *to = out_place<T>(o, s, t, row[h]) + lane % 4 * 2;
#pragma unroll
                for (u32 j = 0; j < HEAD / 8; j++) {
                    *(u32 *)(to + j * 8) = T::pack(sums[j * 4 + 2 * h] * factor, sums[j * 4 + 2 * h + 1] * factor);
                }
                if (lane % 4 == 0) {
                    write_sums(o, s, t, row[h], rows.largest[h], rows.total[h]);
                }
            }
        }
    }
}

#define ATTENTION_HOPPER_KERNEL(name, T, HEAD)                                                                         \
    extern "C" __global__ void __launch_bounds__(384, 1)                                                               \
        name(const __grid_constant__ TensorMap query, const __grid_constant__ TensorMap key,                           \
             const __grid_constant__ TensorMap value, u16 *out, f32 *logSumExp, const AttentionShape s,                \
             const f32 scale, const f32 cap) {                                                                         \
        AttentionOperands o = {};                                                                                      \
        o.out = out;                                                                                                   \
        o.logSumExp = logSumExp;                                                                                       \
        attention_hopper<T, HEAD>(&query, &key, &value, o, s, scale, cap);                                             \
    }
