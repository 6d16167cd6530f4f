/*
 * The gradient of attention with mma.sync, for sm_80 and later: weights are recomputed from the log-sum-exp (Dao et al. 2022). A
 * block of attention_backward_keys has 64 keys and goes through the rows that see them, of all heads that share the keys, 32 at a
 * time; one of attention_backward_queries has 64 rows and goes through keys. So nothing is added by two blocks, and
 * results repeat bit for bit, for seven products where five would do. Scores are computed with keys as rows in the one, so
 * that weights become left operands of the next product without leaving their registers.
 */
#pragma once
#include "attention.h"

static const u32 BACK_THREADS = 128, BACK_OWN = 64, BACK_OTHER = 32;

struct BackwardOperands {
    const u16 *query, *key, *value;
    const f32 *mask, *logSumExp;
    const u16 *gradOut;
    const f32 *delta;
};

template <u32 N> TN_FUNCTION void clear(f32 (*d)[4]) {
#pragma unroll
    for (u32 j = 0; j < N; j++) {
#pragma unroll
        for (u32 e = 0; e < 4; e++) {
            d[j][e] = 0;
        }
    }
}

/* Lines of keys or values, zeros past the last key. */
template <u32 HEAD, u32 LINES>
TN_FUNCTION void copy_positions(u32 to, const u16 *from, const i64 *places, const AttentionShape &s, const RowTile &t,
                                i64 position) {
    const u32 CHUNKS = HeadTile<HEAD>::CHUNKS;
    for (u32 i = threadIdx.x; i < LINES * CHUNKS; i += BACK_THREADS) {
        bool isThere = position + i / CHUNKS < s.keys;
        i64 at = place(places, t.batch, t.keyHead, isThere ? position + i / CHUNKS : 0) + i % CHUNKS * 8;
        copy_async16(to + i / CHUNKS * HeadTile<HEAD>::LINE + i % CHUNKS * 16, from + at, isThere ? 16 : 0);
    }
}

/* d += left right^T: 16 lines of one tile by N * 8 of another, over a head's elements. */
template <class T, u32 HEAD, u32 N> TN_FUNCTION void multiply_heads(f32 (*d)[4], u32 left, u32 line, u32 right, u32 lane) {
    typedef HeadTile<HEAD> Tile;
#pragma unroll
    for (u32 k = 0; k < HEAD / 16; k++) {
        u32 x[4];
        Tile::left(x, left, line, k * 16, lane);
#pragma unroll
        for (u32 j = 0; j < N / 2; j++) {
            u32 y[4];
            Tile::right(y, right, j * 16, k * 16, lane);
            T::mma(d[2 * j], x, y);
            T::mma(d[2 * j + 1], x, y + 2);
        }
    }
}

/* d += w lines: 16 rows of N * 8 weights, which were sums of a product, by as many lines of a tile. */
template <class T, u32 HEAD, u32 N>
TN_FUNCTION void multiply_lines(f32 (*d)[4], const f32 (*w)[4], u32 lines, u32 lane) {
#pragma unroll
    for (u32 k = 0; k < N / 2; k++) {
        u32 x[4] = {T::pack(w[2 * k][0], w[2 * k][1]), T::pack(w[2 * k][2], w[2 * k][3]),
                    T::pack(w[2 * k + 1][0], w[2 * k + 1][1]), T::pack(w[2 * k + 1][2], w[2 * k + 1][3])};
#pragma unroll
        for (u32 j = 0; j < HEAD / 16; j++) {
            u32 y[4];
            HeadTile<HEAD>::rightAcross(y, lines, k * 16, j * 16, lane);
            T::mma(d[2 * j], x, y);
            T::mma(d[2 * j + 1], x, y + 2);
        }
    }
}

/* A row's log-sum-exp times log2(e); infinity, which makes every weight 0, for a row that is not there or sees nothing. */
TN_FUNCTION f32 row_sum(const BackwardOperands &o, const AttentionShape &s, const RowTile &t, i32 row) {
    if (row >= t.rows) {
        return TN_INFINITY;
    }
    RowPlace at = row_place(s, t.keyHead, t.firstRow + row);
    f32 sum = o.logSumExp[place(s.sums, t.batch, at.head, at.query)];
    return sum == -TN_INFINITY ? TN_INFINITY : sum * LOG2E;
}

TN_FUNCTION f32 row_delta(const BackwardOperands &o, const AttentionShape &s, const RowTile &t, i32 row) {
    if (row >= t.rows) {
        return 0;
    }
    RowPlace at = row_place(s, t.keyHead, t.firstRow + row);
    return o.delta[(t.batch * s.heads + at.head) * s.queries + at.query];
}

/* A dot product's weight; and the weight times the slope of the score, through the cap. */
TN_FUNCTION f32 weight_of(f32 dot, f32 *slope, const BackwardOperands &o, const AttentionShape &s, const RowTile &t, i32 row,
                          i64 key, bool seen, f32 sum, f32 scale, f32 cap) {
    f32 capped = score_of(dot, scale, cap);
    f32 ratio = cap == 0 ? 0 : capped / cap;
    if (seen && s.hasMask != 0) {
        RowPlace at = row_place(s, t.keyHead, t.firstRow + row);
        capped += o.mask[place(s.mask, t.batch, at.head, at.query) + key * s.mask[4]];
    }
    f32 weight = seen ? exp2_approximate(capped * LOG2E - sum) : 0;
    *slope = weight * scale * (1 - ratio * ratio);
    return weight;
}

template <class T, u32 HEAD>
TN_FUNCTION void write_grad(u16 *grad, const i64 *places, i64 batch, i64 head, i64 position, const f32 (*d)[4], u32 half,
                            u32 lane) {
    u16 *to = grad + place(places, batch, head, position) + lane % 4 * 2;
#pragma unroll
    for (u32 j = 0; j < HEAD / 8; j++) {
        *(u32 *)(to + j * 8) = T::pack(d[j][2 * half], d[j][2 * half + 1]);
    }
}

/* Whether any row of the tile sees any of the keys from..from + BACK_OWN. */
TN_FUNCTION bool tile_sees(const AttentionShape &s, const RowTile &t, i64 from) {
    return s.causal == 0
           || (t.mostPosition >= from && (s.window == 0 || t.leastPosition - s.window < from + BACK_OWN - 1));
}

TN_FUNCTION i64 next_tile(const AttentionShape &s, i64 pair, i64 number, i64 tiles, i64 from) {
    while (number < tiles && !tile_sees(s, row_tile(s, nullptr, pair, number, BACK_OTHER, 0, 1), from)) {
        number++;
    }
    return number;
}

/* Gradients of keys, of values, or both: registers hold both only of heads up to 128. */
template <class T, u32 HEAD, bool KEYS, bool VALUES>
TN_FUNCTION void backward_keys(const BackwardOperands &o, u16 *gradKey, u16 *gradValue, const AttentionShape &s,
                               const GradPlaces &to, f32 scale, f32 cap) {
    typedef HeadTile<HEAD> Tile;
    const u32 N = BACK_OTHER / 8;
    const u32 ROWS = BACK_OTHER * Tile::LINE;
    /* Queries, gradients of the output, and a row's sum, delta and position. */
    const u32 STAGE = 2 * ROWS + 3 * BACK_OTHER * 4;
    u32 lane = threadIdx.x % 32;
    u32 warp = threadIdx.x / 32;
    i64 pair = blockIdx.y;
    i64 from = (i64)blockIdx.x * BACK_OWN;
    u32 keys = shared_base();
    u32 values = keys + BACK_OWN * Tile::LINE;
    u32 stages = values + BACK_OWN * Tile::LINE;
    i64 tiles = (s.heads / s.keyHeads * s.queries + BACK_OTHER - 1) / BACK_OTHER;

    i64 number = next_tile(s, pair, 0, tiles, from);
    RowTile own = row_tile(s, nullptr, pair, 0, BACK_OTHER, 0, 1);
    copy_positions<HEAD, BACK_OWN>(keys, o.key, s.key, s, own, from);
    copy_positions<HEAD, BACK_OWN>(values, o.value, s.value, s, own, from);
    f32 sumsK[KEYS ? HEAD / 8 : 1][4];
    f32 sumsV[VALUES ? HEAD / 8 : 1][4];
    clear<KEYS ? HEAD / 8 : 1>(sumsK);
    clear<VALUES ? HEAD / 8 : 1>(sumsV);
    u32 current = 0;
    bool first = true;
    while (number < tiles || first) {
        /* The first time round there is only the tile after it to copy. */
        i64 coming = first ? number : next_tile(s, pair, number + 1, tiles, from);
        if (!first) {
            copy_async_wait<0>();
            block_barrier();
        }
        if (coming < tiles) {
            u32 stage = stages + (first ? current : current ^ 1) * STAGE;
            RowTile t = row_tile(s, nullptr, pair, coming, BACK_OTHER, 0, 1);
            copy_rows<HEAD, BACK_OTHER, BACK_THREADS>(stage, o.query, s.query, s, t);
            copy_rows<HEAD, BACK_OTHER, BACK_THREADS>(stage + ROWS, o.gradOut, s.out, s, t);
            if (threadIdx.x < BACK_OTHER) {
                i32 row = (i32)threadIdx.x;
                u32 at = stage + 2 * ROWS + row * 4;
                store_shared(at, as_u32(row_sum(o, s, t, row)));
                store_shared(at + BACK_OTHER * 4, as_u32(row_delta(o, s, t, row)));
                i64 position = t.firstPosition + (t.firstRow + row) % s.queries - from;
                /* Fewer than 2^30 keys and queries: the launch sees to it. */
                store_shared(at + 2 * BACK_OTHER * 4, (u32)(i32)position);
            }
        }
        copy_async_commit();
        if (first) {
            first = false;
            continue;
        }
        u32 rows = stages + current * STAGE;
        u32 grads = rows + ROWS;
        u32 numbers = grads + ROWS;
        RowTile t = row_tile(s, nullptr, pair, number, BACK_OTHER, 0, 1);
        f32 scores[N][4];
        f32 slopes[N][4];
        clear<N>(scores);
        multiply_heads<T, HEAD, N>(scores, keys, warp * 16, rows, lane);
#pragma unroll
        for (u32 j = 0; j < N; j++) {
            u32 at = numbers + (j * 8 + lane % 4 * 2) * 4;
            Two sum = load_shared2(at);
            Two position = load_shared2(at + 2 * BACK_OTHER * 4);
#pragma unroll
            for (u32 e = 0; e < 4; e++) {
                i32 key = (i32)(warp * 16 + lane / 4 + e / 2 * 8);
                i32 row = (i32)(j * 8 + lane % 4 * 2 + e % 2);
                bool seen = row < t.rows && from + key < s.keys && sees(s, (i32)position.x[e % 2], key);
                scores[j][e] = weight_of(scores[j][e], &slopes[j][e], o, s, t, row, from + key, seen,
                                         as_f32(sum.x[e % 2]), scale, cap);
            }
        }
        if (VALUES) {
            multiply_lines<T, HEAD, N>(sumsV, scores, grads, lane);
        }
        if (KEYS) {
            clear<N>(scores);
            multiply_heads<T, HEAD, N>(scores, values, warp * 16, grads, lane);
#pragma unroll
            for (u32 j = 0; j < N; j++) {
                Two delta = load_shared2(numbers + (BACK_OTHER + j * 8 + lane % 4 * 2) * 4);
#pragma unroll
                for (u32 e = 0; e < 4; e++) {
                    slopes[j][e] *= scores[j][e] - as_f32(delta.x[e % 2]);
                }
            }
            multiply_lines<T, HEAD, N>(sumsK, slopes, rows, lane);
        }
        current ^= 1;
        number = coming;
    }
    copy_async_wait<0>();
#pragma unroll
    for (u32 half = 0; half < 2; half++) {
        i64 key = from + warp * 16 + lane / 4 + half * 8;
        if (key < s.keys) {
            if (KEYS) {
                write_grad<T, HEAD>(gradKey, to.first, own.batch, own.keyHead, key, sumsK, half, lane);
            }
            if (VALUES) {
                write_grad<T, HEAD>(gradValue, to.second, own.batch, own.keyHead, key, sumsV, half, lane);
            }
        }
    }
}

template <class T, u32 HEAD>
TN_FUNCTION void backward_queries(const BackwardOperands &o, u16 *gradQuery, const AttentionShape &s, const GradPlaces &to,
                                  f32 scale, f32 cap) {
    typedef HeadTile<HEAD> Tile;
    const u32 N = BACK_OTHER / 8;
    const u32 STAGE = 2 * BACK_OTHER * Tile::LINE;
    u32 lane = threadIdx.x % 32;
    u32 warpRow = threadIdx.x / 32 * 16;
    /* The rows with most keys come first where attention is causal. */
    RowTile t = row_tile(s, nullptr, blockIdx.y, gridDim.x - 1 - blockIdx.x, BACK_OWN, 0, BACK_OTHER);
    u32 rows = shared_base();
    u32 grads = rows + BACK_OWN * Tile::LINE;
    u32 stages = grads + BACK_OWN * Tile::LINE;
    copy_rows<HEAD, BACK_OWN, BACK_THREADS>(rows, o.query, s.query, s, t);
    copy_rows<HEAD, BACK_OWN, BACK_THREADS>(grads, o.gradOut, s.out, s, t);
    if (t.begin < t.end) {
        copy_positions<HEAD, BACK_OTHER>(stages, o.key, s.key, s, t, t.begin);
        copy_positions<HEAD, BACK_OTHER>(stages + STAGE / 2, o.value, s.value, s, t, t.begin);
    }
    copy_async_commit();
    i32 row[2] = {(i32)(warpRow + lane / 4), (i32)(warpRow + lane / 4 + 8)};
    f32 sum[2], delta[2];
    i64 position[2];
#pragma unroll
    for (u32 h = 0; h < 2; h++) {
        sum[h] = row_sum(o, s, t, row[h]);
        delta[h] = row_delta(o, s, t, row[h]);
        position[h] = t.firstPosition + (t.firstRow + row[h]) % s.queries;
    }
    f32 sums[HEAD / 8][4];
    clear<HEAD / 8>(sums);
    u32 current = 0;
#pragma unroll 1
    for (i64 from = t.begin; from < t.end; from += BACK_OTHER) {
        copy_async_wait<0>();
        block_barrier();
        if (from + BACK_OTHER < t.end) {
            u32 stage = stages + (current ^ 1) * STAGE;
            copy_positions<HEAD, BACK_OTHER>(stage, o.key, s.key, s, t, from + BACK_OTHER);
            copy_positions<HEAD, BACK_OTHER>(stage + STAGE / 2, o.value, s.value, s, t, from + BACK_OTHER);
        }
        copy_async_commit();
        u32 keys = stages + current * STAGE;
        u32 values = keys + STAGE / 2;
        f32 scores[N][4];
        f32 slopes[N][4];
        clear<N>(scores);
        multiply_heads<T, HEAD, N>(scores, rows, warpRow, keys, lane);
#pragma unroll
        for (u32 j = 0; j < N; j++) {
#pragma unroll
            for (u32 e = 0; e < 4; e++) {
                i64 key = from + j * 8 + lane % 4 * 2 + e % 2;
                bool seen = row[e / 2] < t.rows && key < t.end && sees(s, position[e / 2], key);
                weight_of(scores[j][e], &slopes[j][e], o, s, t, row[e / 2], key, seen, sum[e / 2], scale, cap);
            }
        }
        clear<N>(scores);
        multiply_heads<T, HEAD, N>(scores, grads, warpRow, values, lane);
#pragma unroll
        for (u32 j = 0; j < N; j++) {
#pragma unroll
            for (u32 e = 0; e < 4; e++) {
                slopes[j][e] *= scores[j][e] - delta[e / 2];
            }
        }
        multiply_lines<T, HEAD, N>(sums, slopes, keys, lane);
        current ^= 1;
    }
    copy_async_wait<0>();
#pragma unroll
    for (u32 half = 0; half < 2; half++) {
        if (row[half] < t.rows) {
            RowPlace at = row_place(s, t.keyHead, t.firstRow + row[half]);
            write_grad<T, HEAD>(gradQuery, to.first, t.batch, at.head, at.query, sums, half, lane);
        }
    }
}

/* A warp a row: the dot product of the output and its gradient; places.first is the output's. */
template <class T>
TN_FUNCTION void backward_delta(const u16 *out, const u16 *gradOut, f32 *delta, const AttentionShape &s,
                                const GradPlaces &places, i64 head) {
    u32 lane = threadIdx.x % 32;
    i64 row = (i64)blockIdx.x * (BACK_THREADS / 32) + threadIdx.x / 32;
    bool isThere = row < s.batch * s.heads * s.queries;
    f32 sum = 0;
    if (isThere) {
        i64 batch = row / (s.heads * s.queries);
        i64 own = row / s.queries % s.heads;
        const u16 *x = out + place(places.first, batch, own, row % s.queries);
        const u16 *y = gradOut + place(s.out, batch, own, row % s.queries);
        for (i64 d = lane; d < head; d += 32) {
            sum = fmaf(T::value(x[d]), T::value(y[d]), sum);
        }
    }
#pragma unroll
    for (u32 step = 16; step > 0; step /= 2) {
        sum += as_f32(shuffle_xor(as_u32(sum), step));
    }
    if (isThere && lane == 0) {
        delta[row] = sum;
    }
}

#define BACKWARD_PARAMETERS                                                                                            \
    const u16 *query, const u16 *key, const u16 *value, const f32 *mask, const f32 *logSumExp, const u16 *gradOut,     \
        const f32 *delta
#define BACKWARD_OPERANDS {query, key, value, mask, logSumExp, gradOut, delta}
#define BACKWARD_KEYS_KERNEL(name, T, HEAD, KEYS, VALUES)                                                              \
    extern "C" __global__ void __launch_bounds__(128, 2)                                                               \
        name(BACKWARD_PARAMETERS, u16 *gradKey, u16 *gradValue, const AttentionShape s, const GradPlaces places,       \
             const f32 scale, const f32 cap) {                                                                         \
        BackwardOperands o = BACKWARD_OPERANDS;                                                                        \
        backward_keys<T, HEAD, KEYS, VALUES>(o, gradKey, gradValue, s, places, scale, cap);                            \
    }
#define BACKWARD_QUERIES_KERNEL(name, T, HEAD)                                                                         \
    extern "C" __global__ void __launch_bounds__(128, 2)                                                               \
        name(BACKWARD_PARAMETERS, u16 *gradQuery, const AttentionShape s, const GradPlaces places, const f32 scale,    \
             const f32 cap) {                                                                                          \
        BackwardOperands o = BACKWARD_OPERANDS;                                                                        \
        backward_queries<T, HEAD>(o, gradQuery, s, places, scale, cap);                                                \
    }
#define BACKWARD_KERNELS(name, T)                                                                                      \
    extern "C" __global__ void __launch_bounds__(128)                                                                  \
        name##_delta(const u16 *out, const u16 *gradOut, f32 *delta, const AttentionShape s, const GradPlaces places,  \
                     const i64 head) {                                                                                 \
        backward_delta<T>(out, gradOut, delta, s, places, head);                                                       \
    }                                                                                                                  \
    BACKWARD_QUERIES_KERNEL(name##_queries_64, T, 64)                                                                  \
    BACKWARD_QUERIES_KERNEL(name##_queries_80, T, 80)                                                                  \
    BACKWARD_QUERIES_KERNEL(name##_queries_96, T, 96)                                                                  \
    BACKWARD_QUERIES_KERNEL(name##_queries_128, T, 128)                                                                \
    BACKWARD_QUERIES_KERNEL(name##_queries_256, T, 256)                                                                \
    BACKWARD_KEYS_KERNEL(name##_keys_64, T, 64, true, true)                                                            \
    BACKWARD_KEYS_KERNEL(name##_keys_80, T, 80, true, true)                                                            \
    BACKWARD_KEYS_KERNEL(name##_keys_96, T, 96, true, true)                                                            \
    BACKWARD_KEYS_KERNEL(name##_keys_128, T, 128, true, true)                                                          \
    BACKWARD_KEYS_KERNEL(name##_keys_256, T, 256, true, false)                                                         \
    BACKWARD_KEYS_KERNEL(name##_values_256, T, 256, false, true)
