/* The forward kernel of attention.h. */
#pragma once
#include "attention.h"

/* Where a row's results go: as they are to the output, or, of one part of the keys, to scratch memory. */
TN_FUNCTION f32 *partial_place(const AttentionOperands &o, const AttentionShape &s, const RowTile &t, i32 row, i64 part,
                               u32 head) {
    i64 allRows = s.heads / s.keyHeads * s.queries;
    return o.partial + (((t.batch * s.keyHeads + t.keyHead) * allRows + t.firstRow + row) * s.parts + part) * (head + 2);
}

TN_FUNCTION void write_sums(const AttentionOperands &o, const AttentionShape &s, const RowTile &t, i32 row, f32 largest,
                            f32 total) {
    if (s.hasSums != 0) {
        RowPlace at = row_place(s, t.keyHead, t.firstRow + row);
        o.logSumExp[place(s.sums, t.batch, at.head, at.query)] =
            total == 0 ? -TN_INFINITY : largest * LN2 + log(total);
    }
}

template <class T> TN_FUNCTION u16 *out_place(const AttentionOperands &o, const AttentionShape &s, const RowTile &t, i32 row) {
    RowPlace at = row_place(s, t.keyHead, t.firstRow + row);
    return o.out + place(s.out, t.batch, at.head, at.query);
}

/* The last block of a tile puts the parts together, each in proportion to its own largest score. */
template <class T, u32 HEAD, u32 THREADS>
TN_FUNCTION void join_parts(const AttentionOperands &o, const AttentionShape &s, const RowTile &t, u32 shared) {
    device_fence();
    block_barrier();
    u32 *arrived = o.arrived + (i64)blockIdx.y * gridDim.x + blockIdx.x;
    if (threadIdx.x == 0) {
        store_shared(shared, atomic_add(arrived, 1));
    }
    block_barrier();
    if (load_shared(shared) + 1 != (u32)s.parts) {
        return;
    }
    device_fence();
    for (u32 i = threadIdx.x; i < t.rows * (HEAD / 2); i += THREADS) {
        i32 row = (i32)(i / (HEAD / 2));
        u32 d = i % (HEAD / 2) * 2;
        f32 most = -TN_INFINITY;
        for (i64 part = 0; part < s.parts; part++) {
            f32 largest = load_global_fresh(partial_place(o, s, t, row, part, HEAD) + HEAD);
            most = largest > most ? largest : most;
        }
        f32 total = 0;
        f32 low = 0;
        f32 high = 0;
        for (i64 part = 0; part < s.parts; part++) {
            const f32 *from = partial_place(o, s, t, row, part, HEAD);
            f32 largest = load_global_fresh(from + HEAD);
            f32 share = largest == -TN_INFINITY ? 0 : exp2_approximate(largest - most);
            total += share * load_global_fresh(from + HEAD + 1);
            low += share * load_global_fresh(from + d);
            high += share * load_global_fresh(from + d + 1);
        }
        f32 factor = total == 0 ? 0 : 1 / total;
        *(u32 *)(out_place<T>(o, s, t, row) + d) = T::pack(low * factor, high * factor);
        if (d == 0) {
            write_sums(o, s, t, row, most, total);
        }
    }
    /* As it was, for the next run. */
    if (threadIdx.x == 0) {
        *arrived = 0;
    }
}

/* The sums of the warps that share rows, joined through shared memory; then row by row to where they go. */
template <class T, u32 HEAD, u32 WARPS_M, u32 WARPS_N>
TN_FUNCTION void join_warps(f32 (*sums)[4], const SoftmaxRows &mine, const AttentionOperands &o, const AttentionShape &s,
                            const RowTile &t, u32 shared) {
    const u32 WIDTH = HEAD + 2;
    u32 lane = threadIdx.x % 32;
    u32 warp = threadIdx.x / 32;
    block_barrier();
#pragma unroll
    for (u32 h = 0; h < 2; h++) {
        u32 line = shared + (warp * 16 + lane / 4 + 8 * h) * WIDTH * 4;
#pragma unroll
        for (u32 j = 0; j < HEAD / 8; j++) {
            Two both = {{as_u32(sums[j][2 * h]), as_u32(sums[j][2 * h + 1])}};
            store_shared2(line + (j * 8 + lane % 4 * 2) * 4, both);
        }
        if (lane % 4 == 0) {
            Two both = {{as_u32(mine.largest[h]), as_u32(mine.total[h])}};
            store_shared2(line + HEAD * 4, both);
        }
    }
    block_barrier();
    for (u32 i = threadIdx.x; i < t.rows * (HEAD / 2); i += WARPS_M * WARPS_N * 32) {
        u32 row = i / (HEAD / 2);
        u32 d = i % (HEAD / 2) * 2;
        u32 first = shared + (row / 16 * WARPS_N * 16 + row % 16) * WIDTH * 4;
        f32 most = -TN_INFINITY;
#pragma unroll
        for (u32 w = 0; w < WARPS_N; w++) {
            f32 largest = as_f32(load_shared(first + (w * 16 * WIDTH + HEAD) * 4));
            most = largest > most ? largest : most;
        }
        f32 total = 0;
        f32 low = 0;
        f32 high = 0;
#pragma unroll
        for (u32 w = 0; w < WARPS_N; w++) {
            u32 at = first + w * 16 * WIDTH * 4;
            Two state = load_shared2(at + HEAD * 4);
            Two both = load_shared2(at + d * 4);
            f32 share = as_f32(state.x[0]) == -TN_INFINITY ? 0 : exp2_approximate(as_f32(state.x[0]) - most);
            total += share * as_f32(state.x[1]);
            low += share * as_f32(both.x[0]);
            high += share * as_f32(both.x[1]);
        }
        if (s.parts > 1) {
            f32 *to = partial_place(o, s, t, (i32)row, blockIdx.z, HEAD);
            to[d] = low;
            to[d + 1] = high;
            if (d == 0) {
                to[HEAD] = most;
                to[HEAD + 1] = total;
            }
        } else {
            f32 factor = total == 0 ? 0 : 1 / total;
            *(u32 *)(out_place<T>(o, s, t, (i32)row) + d) = T::pack(low * factor, high * factor);
            if (d == 0) {
                write_sums(o, s, t, (i32)row, most, total);
            }
        }
    }
}

template <class T, u32 HEAD, u32 BN, u32 WARPS_M, u32 WARPS_N, u32 STAGES>
TN_FUNCTION void attention(const AttentionOperands &o, const AttentionShape &s, f32 scale, f32 cap) {
    typedef HeadTile<HEAD> Tile;
    const u32 THREADS = WARPS_M * WARPS_N * 32;
    const u32 ROWS = WARPS_M * 16;
    const u32 KEYS = BN / WARPS_N;
    const u32 STAGE = 2 * BN * Tile::LINE;
    /* Large heads' queries would not fit into registers beside the sums: they stay in shared memory, before the stages. */
    const bool KEPT = HEAD > 128;
    static_assert(KEPT || ROWS <= 2 * BN, "the queries fit where the last stage is");
    u32 lane = threadIdx.x % 32;
    u32 warpRow = threadIdx.x / 32 / WARPS_N * 16;
    u32 warpKey = threadIdx.x / 32 % WARPS_N * KEYS;
    /* The rows with most keys come first where attention is causal. */
    RowTile t = row_tile(s, o.lengths, blockIdx.y, gridDim.x - 1 - blockIdx.x, ROWS, blockIdx.z, BN);
    u32 stages = shared_base() + (KEPT ? ROWS * Tile::LINE : 0);
    u32 queries = KEPT ? shared_base() : stages + (STAGES - 1) * STAGE;

    copy_rows<HEAD, ROWS, THREADS>(queries, o.query, s.query, s, t);
    copy_async_commit();
    for (u32 stage = 0; stage < STAGES - 1; stage++) {
        if (t.begin + stage * BN < t.end) {
            copy_keys<HEAD, BN, THREADS>(stages + stage * STAGE, o, s, t, t.begin + stage * BN);
        }
        copy_async_commit();
    }
    copy_async_wait<STAGES - 1>();
    block_barrier();
    u32 q[KEPT ? 1 : HEAD / 16][4];
    if (!KEPT) {
#pragma unroll
        for (u32 k = 0; k < HEAD / 16; k++) {
            Tile::left(q[KEPT ? 0 : k], queries, warpRow, k * 16, lane);
        }
    }
    f32 sums[HEAD / 8][4];
#pragma unroll
    for (u32 j = 0; j < HEAD / 8; j++) {
#pragma unroll
        for (u32 e = 0; e < 4; e++) {
            sums[j][e] = 0;
        }
    }
    SoftmaxRows rows = {{-TN_INFINITY, -TN_INFINITY}, {0, 0}};
    i32 row[2] = {(i32)(warpRow + lane / 4), (i32)(warpRow + lane / 4 + 8)};
    bool hasRows = (i32)warpRow < t.rows;
    u32 reading = 0;
    u32 writing = STAGES - 1;
#pragma unroll 1
    for (i64 from = t.begin; from < t.end; from += BN) {
        copy_async_wait<STAGES - 2>();
        block_barrier();
        if (from + (STAGES - 1) * BN < t.end) {
            copy_keys<HEAD, BN, THREADS>(stages + writing * STAGE, o, s, t, from + (STAGES - 1) * BN);
        }
        copy_async_commit();
        u32 keys = stages + reading * STAGE + warpKey * Tile::LINE;
        u32 values = keys + BN * Tile::LINE;
        if (hasRows) {
            f32 scores[KEYS / 8][4];
#pragma unroll
            for (u32 j = 0; j < KEYS / 8; j++) {
#pragma unroll
                for (u32 e = 0; e < 4; e++) {
                    scores[j][e] = 0;
                }
            }
#pragma unroll
            for (u32 k = 0; k < HEAD / 16; k++) {
                u32 again[4];
                if (KEPT) {
                    Tile::left(again, queries, warpRow, k * 16, lane);
                }
#pragma unroll
                for (u32 j = 0; j < KEYS / 16; j++) {
                    u32 y[4];
                    Tile::right(y, keys, j * 16, k * 16, lane);
                    T::mma(scores[2 * j], KEPT ? again : q[KEPT ? 0 : k], y);
                    T::mma(scores[2 * j + 1], KEPT ? again : q[KEPT ? 0 : k], y + 2);
                }
            }
            score_tile<KEYS / 8>(scores, o, s, t, row, from + warpKey, lane, scale, cap, sees_all(s, t, from, BN));
            f32 shrink[2];
            soften<KEYS / 8>(scores, rows, shrink);
#pragma unroll
            for (u32 j = 0; j < HEAD / 8; j++) {
#pragma unroll
                for (u32 e = 0; e < 4; e++) {
                    sums[j][e] *= shrink[e / 2];
                }
            }
#pragma unroll
            for (u32 k = 0; k < KEYS / 16; k++) {
                u32 x[4] = {T::pack(scores[2 * k][0], scores[2 * k][1]), T::pack(scores[2 * k][2], scores[2 * k][3]),
                            T::pack(scores[2 * k + 1][0], scores[2 * k + 1][1]),
                            T::pack(scores[2 * k + 1][2], scores[2 * k + 1][3])};
#pragma unroll
                for (u32 j = 0; j < HEAD / 16; j++) {
                    u32 y[4];
                    Tile::rightAcross(y, values, k * 16, j * 16, lane);
                    T::mma(sums[2 * j], x, y);
                    T::mma(sums[2 * j + 1], x, y + 2);
                }
            }
        }
        reading = reading + 1 == STAGES ? 0 : reading + 1;
        writing = writing + 1 == STAGES ? 0 : writing + 1;
    }
    copy_async_wait<0>();
#pragma unroll
    for (u32 h = 0; h < 2; h++) {
#pragma unroll
        for (u32 step = 1; step < 4; step *= 2) {
            rows.total[h] += as_f32(shuffle_xor(as_u32(rows.total[h]), step));
        }
    }
    join_warps<T, HEAD, WARPS_M, WARPS_N>(sums, rows, o, s, t, shared_base());
    if (s.parts > 1) {
        join_parts<T, HEAD, THREADS>(o, s, t, shared_base() + WARPS_M * WARPS_N * 16 * (HEAD + 2) * 4);
    }
}

/* rows: a tile of 64 rows; decode: one of 16, whose keys all warps share. */
#define ATTENTION_KERNEL(name, T, HEAD, BN, WARPS_M, WARPS_N, STAGES)                                                  \
    extern "C" __global__ void __launch_bounds__(128, 2)                                                                \
        name(const u16 *query, const u16 *key, const u16 *value, const f32 *mask, const i32 *lengths, const i32 *table,\
             u16 *out, f32 *logSumExp, f32 *partial, u32 *arrived, const AttentionShape s, const f32 scale,            \
             const f32 cap) {                                                                                          \
        AttentionOperands o = {query, key, value, mask, lengths, table, out, logSumExp, partial, arrived};             \
        attention<T, HEAD, BN, WARPS_M, WARPS_N, STAGES>(o, s, scale, cap);                                            \
    }
#define ATTENTION_KERNELS(name, T)                                                                                     \
    ATTENTION_KERNEL(name##_rows_64, T, 64, 64, 4, 1, 2)                                                               \
    ATTENTION_KERNEL(name##_rows_80, T, 80, 64, 4, 1, 2)                                                               \
    ATTENTION_KERNEL(name##_rows_96, T, 96, 64, 4, 1, 2)                                                               \
    ATTENTION_KERNEL(name##_rows_128, T, 128, 64, 4, 1, 2)                                                             \
    ATTENTION_KERNEL(name##_rows_256, T, 256, 32, 4, 1, 2)                                                             \
    ATTENTION_KERNEL(name##_decode_64, T, 64, 64, 1, 4, 3)                                                             \
    ATTENTION_KERNEL(name##_decode_80, T, 80, 64, 1, 4, 3)                                                             \
    ATTENTION_KERNEL(name##_decode_96, T, 96, 64, 1, 4, 3)                                                             \
    ATTENTION_KERNEL(name##_decode_128, T, 128, 64, 1, 4, 2)                                                           \
    ATTENTION_KERNEL(name##_decode_256, T, 256, 64, 1, 4, 2)
