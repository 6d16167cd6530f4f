/*
 * Attention with wgmma for sm_90a alone (in the manner of Shah et al. 2024). A block has 128 queries of one head; two warpgroups have
 * 64 each. One warp has bulk tensor copies bring the queries and then keys and values, KEYS at a time, two stages of each. In a
 * warpgroup the scores of one step are multiplied while the values of the step before are added, and exponentials run beside
 * the latter and beside the other warpgroup's products. Weights stay in registers as the left operand of the second product.
 * blockIdx.y is a batch row and head.
 *
 * Keys lie in a tensor, or in pages: then a box has as many lines as a page, or a part of one, and the warp's lanes look up the
 * pages of a step's boxes. What lies past a row's length may be anything: scores are replaced, and values overwritten with
 * zeros, since a weight of 0 does not undo a NaN. Heads that are no whole slabs are filled up with zeros, see head_group.h.
 *
 * Reckoning for heads of 128, 128 queries by 128 keys: tensor cores take 2 * 2 * 8 * 64 = 2048 cycles; shared memory gives operands in
 * 2 * 8 * (48 + 32) = 1280 and takes the copies in 512; exponentials take 1024. Registers: 64 scores, 64 sums, 32 for packed
 * weights; for heads of 256, with 64 keys at a time, 32, 128 and 16. None of this has been measured.
 */
#pragma once
#include "attention_shape.h"
#include "head_group.h"

static const u32 GROUP_ROWS = 128, GROUP_STAGES = 2;

struct HopperOperands {
    const TensorMap *query, *key, *value;
    const i32 *lengths, *table;
    u16 *out;
    f32 *logSumExp;
    /* Of a box of keys: a divisor of KEYS, and of a page. */
    u32 lines;
};

/* KEYS lines of keys or values, by a warp, which expects their bytes. */
template <u32 WIDTH, u32 KEYS>
TN_FUNCTION void copy_keys(u32 to, const TensorMap *map, const HopperOperands &o, const AttentionShape &s, const RowTile &t,
                           i64 from, u32 counter) {
    u32 lane = threadIdx.x % 32;
    u32 boxes = KEYS / o.lines;
    if (lane == 0) {
        counter_expect(counter, KEYS * WIDTH * 2);
    }
    warp_barrier();
#pragma unroll 1
    for (u32 i = lane; i < boxes * (WIDTH / 64); i += 32) {
        u32 slab = i / boxes;
        u32 line = i % boxes * o.lines;
        i64 position = from + line;
        i64 batch = t.batch;
        if (s.hasTable != 0) {
            /* Past the end there need be no page: outside of every page are zeros. */
            bool isThere = position < t.end;
            i64 page = isThere ? position / s.pageSize : 0;
            batch = isThere ? o.table[s.table[0] + t.batch * s.table[1] + page * s.table[2]] : 0;
            position = isThere ? position - page * s.pageSize : s.pageSize;
        }
        copy_box4(to + (slab * KEYS + line) * 128, map, (i32)(slab * 64), (i32)position, (i32)t.keyHead, (i32)batch, counter);
    }
}

/* A thread's two rows: the largest dot so far and the sum of weights, where they stand, and the keys of a step that they see. */
struct GroupRows {
    f32 largest[2], total[2];
    i64 position[2];
    i32 first[2], last[2];
    u32 lane;
};

/* Dots become weights, as powers of two of factor times their distance from the row's largest; tells by how much earlier sums shrink. */
template <u32 TILES, bool WHOLE>
TN_FUNCTION void soften_dots(f32 *dots, GroupRows &rows, f32 factor, f32 *shrink) {
#pragma unroll
    for (u32 h = 0; h < 2; h++) {
        f32 most = rows.largest[h];
#pragma unroll
        for (u32 j = 0; j < TILES; j++) {
#pragma unroll
            for (u32 e = 0; e < 2; e++) {
                f32 &dot = dots[j * 4 + 2 * h + e];
                if (!WHOLE) {
                    i32 key = (i32)(j * 8 + rows.lane % 4 * 2 + e);
                    dot = key >= rows.first[h] && key < rows.last[h] ? dot : -TN_INFINITY;
                }
                most = dot > most ? dot : most;
            }
        }
#pragma unroll
        for (u32 step = 1; step < 4; step *= 2) {
            f32 other = as_f32(shuffle_xor(as_u32(most), step));
            most = other > most ? other : most;
        }
        /* Nothing seen so far: then weights are 0, not the exponential of a difference of infinities. */
        f32 base = most == -TN_INFINITY ? 0 : most * factor;
        shrink[h] = exp2_approximate(fmaf(rows.largest[h], factor, -base));
        rows.largest[h] = most;
        f32 total = rows.total[h] * shrink[h];
#pragma unroll
        for (u32 j = 0; j < TILES; j++) {
#pragma unroll
            for (u32 e = 0; e < 2; e++) {
                f32 &dot = dots[j * 4 + 2 * h + e];
                dot = exp2_approximate(fmaf(dot, factor, -base));
                total += dot;
            }
        }
        rows.total[h] = total;
    }
}

template <class T, u32 TILES> TN_FUNCTION void pack_weights(u32 (*packed)[4], const f32 *weights) {
#pragma unroll
    for (u32 j = 0; j < TILES; j++) {
        packed[j / 2][j % 2 * 2] = T::pack(weights[j * 4], weights[j * 4 + 1]);
        packed[j / 2][j % 2 * 2 + 1] = T::pack(weights[j * 4 + 2], weights[j * 4 + 3]);
    }
}

/* Zeros instead of the values from line on, by both warpgroups, before either multiplies them. */
template <u32 WIDTH, u32 KEYS> TN_FUNCTION void clear_values(u32 values, u32 line) {
    Four zeros = {{0, 0, 0, 0}};
    u32 chunks = (KEYS - line) * 8;
#pragma unroll 1
    for (u32 i = threadIdx.x - 128; i < chunks * (WIDTH / 64); i += 256) {
        store_shared4(values + i / chunks * KEYS * 128 + line * 128 + i % chunks * 16, zeros);
    }
    stores_before_async();
    named_barrier(1, 256);
}

template <u32 HEAD, u32 KEYS> struct GroupShared {
    static const u32 WIDTH = HeadSlabs<HEAD>::WIDTH;
    static const u32 BYTES = KEYS * WIDTH * 2;
    u32 queries, keys, values, fullQ, fullK, fullV, emptyK, emptyV;

    __device__ __forceinline__ void place() {
        queries = (shared_base() + 1023) & ~1023u;
        keys = queries + GROUP_ROWS * WIDTH * 2;
        values = keys + GROUP_STAGES * BYTES;
        fullQ = values + GROUP_STAGES * BYTES;
        fullK = fullQ + 8;
        fullV = fullK + GROUP_STAGES * 8;
        emptyK = fullV + GROUP_STAGES * 8;
        emptyV = emptyK + GROUP_STAGES * 8;
    }
};

/* A stage's number and parity. */
struct Turn {
    u32 stage, parity;

    __device__ __forceinline__ void next() {
        stage = stage + 1 == GROUP_STAGES ? 0 : stage + 1;
        parity = stage == 0 ? parity ^ 1 : parity;
    }
};

template <class T, u32 HEAD>
TN_FUNCTION void write_row(const HopperOperands &o, const AttentionShape &s, i64 batch, i64 head, i64 query, const f32 *sums,
                           f32 largest, f32 total, u32 lane) {
    f32 factor = total == 0 ? 0 : 1 / total;
    u16 *to = o.out + place(s.out, batch, head, query) + lane % 4 * 2;
#pragma unroll
    for (u32 j = 0; j < HEAD / 8; j++) {
        *(u32 *)(to + j * 8) = T::pack(sums[j * 4] * factor, sums[j * 4 + 1] * factor);
    }
    if (lane % 4 == 0 && s.hasSums != 0) {
        o.logSumExp[place(s.sums, batch, head, query)] = total == 0 ? -TN_INFINITY : largest * LN2 + log(total);
    }
}

/* Which of the keys from..from + KEYS the thread's rows see. */
template <u32 KEYS> TN_FUNCTION void find_keys(GroupRows &rows, const AttentionShape &s, const RowTile &t, i64 from) {
#pragma unroll
    for (u32 h = 0; h < 2; h++) {
        i64 position = rows.position[h];
        i64 last = s.causal != 0 && position + 1 < t.end ? position + 1 - from : t.end - from;
        i64 first = s.causal != 0 && s.window != 0 ? position - s.window + 1 - from : 0;
        rows.first[h] = (i32)(first < 0 ? 0 : first > KEYS ? KEYS : first);
        rows.last[h] = (i32)(last < 0 ? 0 : last > KEYS ? KEYS : last);
    }
}

template <u32 KEYS>
TN_FUNCTION void weigh_keys(f32 *dots, GroupRows &rows, f32 *shrink, f32 scale, f32 cap, bool whole) {
    f32 factor = (cap == 0 ? scale : cap) * LOG2E;
    if (cap != 0) {
        f32 ratio = scale / cap;
#pragma unroll
        for (u32 i = 0; i < KEYS / 2; i++) {
            dots[i] = cap_tanh(dots[i] * ratio);
        }
    }
    if (whole) {
        soften_dots<KEYS / 8, true>(dots, rows, factor, shrink);
    } else {
        soften_dots<KEYS / 8, false>(dots, rows, factor, shrink);
    }
}

template <class T, u32 HEAD, u32 KEYS>
TN_FUNCTION void multiply_keys(const GroupShared<HEAD, KEYS> &shared, f32 *sums, GroupRows &rows, const AttentionShape &s,
                               const RowTile &t, f32 scale, f32 cap) {
    typedef GroupShared<HEAD, KEYS> Shared;
    const u32 WIDTH = Shared::WIDTH;
    u32 own = shared.queries + (threadIdx.x / 128 - 1) * 64 * 128;
    u32 packed[KEYS / 16][4];
    f32 shrink[2];
    Turn key = {0, 0};
    Turn value = {0, 0};
    counter_wait(shared.fullQ, 0);
    {
        f32 dots[KEYS / 2];
        counter_wait(shared.fullK, 0);
        wgmma_fence();
        dots_of_heads<T, HEAD, GROUP_ROWS, KEYS>(dots, own, shared.keys);
        wgmma_commit();
        find_keys<KEYS>(rows, s, t, t.begin);
        wgmma_wait<0>();
        if (rows.lane == 0) {
            counter_arrive(shared.emptyK);
        }
        key.next();
        weigh_keys<KEYS>(dots, rows, shrink, scale, cap, sees_all(s, t, t.begin, KEYS));
        pack_weights<T, KEYS / 8>(packed, dots);
    }
#pragma unroll 1
    for (i64 from = t.begin + KEYS; from < t.end; from += KEYS) {
        f32 dots[KEYS / 2];
        counter_wait(shared.fullK + key.stage * 8, key.parity);
        wgmma_fence();
        dots_of_heads<T, HEAD, GROUP_ROWS, KEYS>(dots, own, shared.keys + key.stage * Shared::BYTES);
        wgmma_commit();
        counter_wait(shared.fullV + value.stage * 8, value.parity);
        wgmma_fence();
        add_lines<T, WIDTH, KEYS>(sums, packed, shared.values + value.stage * Shared::BYTES);
        wgmma_commit();
        bool whole = sees_all(s, t, from, KEYS);
        if (!whole) {
            find_keys<KEYS>(rows, s, t, from);
        }
        wgmma_wait<1>();
        if (rows.lane == 0) {
            counter_arrive(shared.emptyK + key.stage * 8);
        }
        key.next();
        weigh_keys<KEYS>(dots, rows, shrink, scale, cap, whole);
        wgmma_wait<0>();
        if (rows.lane == 0) {
            counter_arrive(shared.emptyV + value.stage * 8);
        }
        value.next();
#pragma unroll
        for (u32 i = 0; i < WIDTH / 2; i++) {
            sums[i] *= shrink[i / 2 % 2];
        }
        pack_weights<T, KEYS / 8>(packed, dots);
    }
    u32 values = shared.values + value.stage * Shared::BYTES;
    counter_wait(shared.fullV + value.stage * 8, value.parity);
    u32 left = (u32)((t.end - t.begin - 1) % KEYS + 1);
    if (left < KEYS && (s.hasLengths != 0 || s.hasTable != 0)) {
        clear_values<WIDTH, KEYS>(values, left);
    }
    wgmma_fence();
    add_lines<T, WIDTH, KEYS>(sums, packed, values);
    wgmma_commit();
    wgmma_wait<0>();
}

/* A warpgroup's 64 queries: their sums over all keys, and where these go. */
template <class T, u32 HEAD, u32 KEYS>
TN_FUNCTION void attend(const GroupShared<HEAD, KEYS> &shared, const HopperOperands &o, const AttentionShape &s,
                        const RowTile &t, i64 head, i64 firstQuery, f32 scale, f32 cap) {
    const u32 WIDTH = GroupShared<HEAD, KEYS>::WIDTH;
    GroupRows rows = {{-TN_INFINITY, -TN_INFINITY}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, threadIdx.x % 32};
    i32 row[2] = {(i32)((threadIdx.x / 32 - 4) * 16 + rows.lane / 4), (i32)((threadIdx.x / 32 - 4) * 16 + rows.lane / 4 + 8)};
    f32 sums[WIDTH / 2];
#pragma unroll
    for (u32 i = 0; i < WIDTH / 2; i++) {
        sums[i] = 0;
    }
#pragma unroll
    for (u32 h = 0; h < 2; h++) {
        rows.position[h] = t.firstPosition + firstQuery + row[h];
    }
    if (t.begin < t.end) {
        multiply_keys<T, HEAD, KEYS>(shared, sums, rows, s, t, scale, cap);
    } else {
        counter_wait(shared.fullQ, 0);
    }
#pragma unroll
    for (u32 h = 0; h < 2; h++) {
#pragma unroll
        for (u32 step = 1; step < 4; step *= 2) {
            rows.total[h] += as_f32(shuffle_xor(as_u32(rows.total[h]), step));
        }
        if (row[h] < t.rows) {
            write_row<T, HEAD>(o, s, t.batch, head, firstQuery + row[h], sums + 2 * h,
                               rows.largest[h] * (cap == 0 ? scale : cap) * LOG2E, rows.total[h], rows.lane);
        }
    }
}

template <class T, u32 HEAD, u32 KEYS>
TN_FUNCTION void attention_hopper(const HopperOperands &o, const AttentionShape &s, f32 scale, f32 cap) {
    typedef GroupShared<HEAD, KEYS> Shared;
    Shared shared;
    shared.place();
    u32 thread = threadIdx.x;
    if (thread == 0) {
        counter_init(shared.fullQ, 1);
        for (u32 i = 0; i < GROUP_STAGES; i++) {
            counter_init(shared.fullK + i * 8, 1);
            counter_init(shared.fullV + i * 8, 1);
            counter_init(shared.emptyK + i * 8, 8);
            counter_init(shared.emptyV + i * 8, 8);
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
    place_tile(t, s, o.lengths, 0, KEYS);
    /* Boxes do not go over pages' ends. */
    t.begin = s.hasTable != 0 ? t.begin / KEYS * KEYS : t.begin;
    if (thread < 128) {
        registers_less<24>();
        if (thread < 32) {
            if (thread == 0) {
                counter_expect(shared.fullQ, GROUP_ROWS * Shared::WIDTH * 2);
                copy_heads<Shared::WIDTH, GROUP_ROWS, GROUP_ROWS>(shared.queries, o.query, (i32)firstQuery, (i32)head,
                                                                  (i32)t.batch, shared.fullQ);
            }
            Turn turn = {0, 0};
#pragma unroll 1
            for (i64 from = t.begin; from < t.end; from += KEYS) {
                counter_wait(shared.emptyK + turn.stage * 8, turn.parity ^ 1);
                copy_keys<Shared::WIDTH, KEYS>(shared.keys + turn.stage * Shared::BYTES, o.key, o, s, t, from,
                                               shared.fullK + turn.stage * 8);
                counter_wait(shared.emptyV + turn.stage * 8, turn.parity ^ 1);
                copy_keys<Shared::WIDTH, KEYS>(shared.values + turn.stage * Shared::BYTES, o.value, o, s, t, from,
                                               shared.fullV + turn.stage * 8);
                turn.next();
            }
        }
    } else {
        registers_more<240>();
        attend<T, HEAD, KEYS>(shared, o, s, t, head, firstQuery, scale, cap);
    }
}

#define ATTENTION_HOPPER_KERNEL(name, T, HEAD, KEYS)                                                                   \
    extern "C" __global__ void __launch_bounds__(384, 1)                                                               \
        name##_##HEAD(const __grid_constant__ TensorMap query, const __grid_constant__ TensorMap key,                  \
                      const __grid_constant__ TensorMap value, const i32 *lengths, const i32 *table, u16 *out,         \
                      f32 *logSumExp, const AttentionShape s, const f32 scale, const f32 cap, const i32 lines) {       \
        HopperOperands o = {&query, &key, &value, lengths, table, out, logSumExp, (u32)lines};                         \
        attention_hopper<T, HEAD, KEYS>(o, s, scale, cap);                                                             \
    }
#define ATTENTION_HOPPER(name, T)                                                                                      \
    ATTENTION_HOPPER_KERNEL(name, T, 64, 128)                                                                          \
    ATTENTION_HOPPER_KERNEL(name, T, 80, 128)                                                                          \
    ATTENTION_HOPPER_KERNEL(name, T, 96, 128)                                                                          \
    ATTENTION_HOPPER_KERNEL(name, T, 128, 128)                                                                         \
    ATTENTION_HOPPER_KERNEL(name, T, 256, 64)
