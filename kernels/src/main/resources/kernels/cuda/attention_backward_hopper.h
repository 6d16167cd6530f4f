/*
 * The gradient of attention with wgmma, for sm_90a alone, on the plan of attention_backward.h: one kernel has blocks of keys and
 * goes through the queries that see them, the other has blocks of queries and goes through keys. Nothing is added by two blocks, so
 * results repeat bit for bit, for seven products where five would do. Both are the same text: a block has 128 lines of its
 * own, 64 to each of two warpgroups, and goes through OTHER lines at a time, which one thread's bulk tensor copies bring, two
 * stages deep. Own lines are the rows of scores, so that weights and slopes become left operands of the products that
 * follow without leaving their registers:
 *
 *     scores = ownX otherX^T, slopes = weights * (ownY otherY^T - delta), gradX += slopes otherX, gradY += weights otherY
 *
 * where x is what scores are made of (keys, queries) and y what weights are applied to (values, gradients of the output); only
 * keys have a gradY. Each warpgroup's exponentials run beside its own second product and the other's products.
 *
 * Reckoning for heads of 128, a step of one warpgroup; a product of 64 x N x 16 takes N / 2 cycles of the tensor cores, shared
 * memory gives 128 bytes a cycle, of which the left operand takes 2 KiB where it is not in registers and the right one 32 N:
 *
 *                    lines   products                                cycles   shared memory    accumulators
 *     keys     64 by  64     2 x 8 of N = 64, 2 x 4 of N = 128       1024     768 + 128        2 x 32 + 2 x 64 = 192
 *     queries  64 by 128     2 x 8 of N = 128, 8 of N = 128          1536     1024 + 256       2 x 64 + 64 = 192
 *
 * (the last addend is half of the copies that bring a step's lines). So 128 queries by 128 keys take 4096 + 3072 cycles, in which
 * 10 * 128^3 operations are counted: 132 multiprocessors at 1.7 GHz come to 650 TFLOP/s with tensor cores always at work, and
 * to 250 with 38 percent of that. Exponentials: 16 a cycle, 1024 + 1024 of 7168 cycles. None of this has been measured.
 */
#pragma once
#include "attention_backward_tile.h"

struct GradMaps {
    const TensorMap *ownX, *ownY, *otherX, *otherY;
};

/* What a thread weighs scores by: factors of the score, and, where rows are queries, the numbers of its two. */
struct Weighing {
    f32 scale, cap;
    f32 sum[2], delta[2];
    i32 first[2], last[2];
    u32 lane;
};

/* Where numbers of the columns of tile j lie. */
TN_FUNCTION u32 numbers_at(u32 numbers, u32 j, u32 lane) {
    return numbers + j / 8 * GRAD_NUMBERS + (j % 8 * 8 + lane % 4 * 2) * 4;
}

/* Dots become weights, packed where they are wanted, and then weights times the cap's slope. */
template <class T, u32 OTHER, bool KEYS, bool WHOLE, bool CAPPED>
TN_FUNCTION void weigh_columns(f32 *scores, u32 (*weights)[4], const Weighing &w, u32 numbers) {
    f32 factor = CAPPED ? w.scale / w.cap : w.scale * LOG2E;
    f32 cap = w.cap * LOG2E;
#pragma unroll
    for (u32 j = 0; j < OTHER / 8; j++) {
        Two sums = {{0, 0}};
        if (KEYS) {
            sums = load_shared2(numbers_at(numbers, j, w.lane));
        }
        f32 weight[4];
#pragma unroll
        for (u32 e = 0; e < 4; e++) {
            f32 sum = KEYS ? as_f32(sums.x[e % 2]) : w.sum[e / 2];
            f32 &score = scores[j * 4 + e];
            f32 ratio = CAPPED ? cap_tanh(score * factor) : score;
            weight[e] = exp2_approximate(fmaf(ratio, CAPPED ? cap : factor, sum));
            if (!WHOLE) {
                i32 column = (i32)(j * 8 + w.lane % 4 * 2 + e % 2);
                weight[e] = column >= w.first[e / 2] && column < w.last[e / 2] ? weight[e] : 0;
            }
            score = CAPPED ? weight[e] * fmaf(-ratio, ratio, 1) : weight[e];
        }
        if (KEYS) {
            weights[j / 2][j % 2 * 2] = T::pack(weight[0], weight[1]);
            weights[j / 2][j % 2 * 2 + 1] = T::pack(weight[2], weight[3]);
        }
    }
}

template <class T, u32 OTHER, bool KEYS>
TN_FUNCTION void weigh(f32 *scores, u32 (*weights)[4], const Weighing &w, u32 numbers, bool whole) {
    if (w.cap != 0) {
        weigh_columns<T, OTHER, KEYS, false, true>(scores, weights, w, numbers);
    } else if (whole) {
        weigh_columns<T, OTHER, KEYS, true, false>(scores, weights, w, numbers);
    } else {
        weigh_columns<T, OTHER, KEYS, false, false>(scores, weights, w, numbers);
    }
}

template <class T, u32 HEAD>
TN_FUNCTION void write_gradient(u16 *grad, const i64 *places, const GradTile &t, u32 line, i64 lines, const f32 *d, f32 scale,
                                u32 lane) {
#pragma unroll
    for (u32 h = 0; h < 2; h++) {
        i64 at = t.line + line + lane / 4 + 8 * h;
        if (at < lines) {
            u16 *to = grad + place(places, t.batch, t.head, at) + lane % 4 * 2;
#pragma unroll
            for (u32 j = 0; j < HEAD / 8; j++) {
                *(u32 *)(to + j * 8) = T::pack(d[j * 4 + 2 * h] * scale, d[j * 4 + 2 * h + 1] * scale);
            }
        }
    }
}

/* Places of a block's shared memory. */
template <u32 HEAD, u32 OTHER> struct GradShared {
    static const u32 WIDTH = HeadSlabs<HEAD>::WIDTH;
    static const u32 OWN_BYTES = GRAD_OWN * WIDTH * 2, OTHER_BYTES = OTHER * WIDTH * 2;
    static const u32 NUMBER_BYTES = OTHER / GRAD_BOX * GRAD_NUMBERS;
    u32 ownX, ownY, stages, numbers, fullOwn, full, empty;

    __device__ __forceinline__ void place() {
        ownX = (shared_base() + 1023) & ~1023u;
        ownY = ownX + OWN_BYTES;
        stages = ownY + OWN_BYTES;
        numbers = stages + GRAD_STAGES * 2 * OTHER_BYTES;
        fullOwn = numbers + GRAD_STAGES * NUMBER_BYTES;
        full = fullOwn + 8;
        empty = full + GRAD_STAGES * 8;
    }
};

template <u32 HEAD, u32 OTHER, bool KEYS>
TN_FUNCTION void copy_grad_tiles(const GradShared<HEAD, OTHER> &shared, const GradMaps &maps, const f32 *numbers,
                                 const AttentionShape &s, const GradTile &t) {
    typedef GradShared<HEAD, OTHER> Shared;
    const u32 WIDTH = Shared::WIDTH;
    counter_expect(shared.fullOwn, 2 * Shared::OWN_BYTES);
    copy_heads<WIDTH, GRAD_OWN, GRAD_BOX>(shared.ownX, maps.ownX, t.line, t.head, t.batch, shared.fullOwn);
    copy_heads<WIDTH, GRAD_OWN, GRAD_BOX>(shared.ownY, maps.ownY, t.line, t.head, t.batch, shared.fullOwn);
    u32 stage = 0;
    u32 parity = 0;
#pragma unroll 1
    for (i32 head = t.first; head < t.first + t.heads; head++) {
#pragma unroll 1
        for (i32 from = t.begin; from < t.end; from += OTHER) {
            u32 tile = shared.stages + stage * 2 * Shared::OTHER_BYTES;
            u32 full = shared.full + stage * 8;
            counter_wait(shared.empty + stage * 8, parity ^ 1);
            counter_expect(full, 2 * Shared::OTHER_BYTES + (KEYS ? Shared::NUMBER_BYTES : 0));
            copy_heads<WIDTH, OTHER, GRAD_BOX>(tile, maps.otherX, from, head, t.batch, full);
            copy_heads<WIDTH, OTHER, GRAD_BOX>(tile + Shared::OTHER_BYTES, maps.otherY, from, head, t.batch, full);
            if (KEYS) {
                copy_bytes(shared.numbers + stage * Shared::NUMBER_BYTES, row_numbers(numbers, s, t.batch, head, from),
                           Shared::NUMBER_BYTES, full);
            }
            if (++stage == GRAD_STAGES) {
                stage = 0;
                parity ^= 1;
            }
        }
    }
}

template <class T, u32 HEAD, u32 OTHER, bool KEYS>
TN_FUNCTION void backward_hopper(const GradMaps &maps, const f32 *numbers, u16 *gradX, u16 *gradY, const AttentionShape &s,
                                 const GradPlaces &places, f32 scale, f32 cap) {
    typedef GradShared<HEAD, OTHER> Shared;
    const u32 WIDTH = Shared::WIDTH;
    Shared shared;
    shared.place();
    u32 thread = threadIdx.x;
    if (thread == 0) {
        counter_init(shared.fullOwn, 1);
        for (u32 i = 0; i < GRAD_STAGES; i++) {
            counter_init(shared.full + i * 8, 1);
            counter_init(shared.empty + i * 8, 8);
        }
        counter_init_fence();
    }
    block_barrier();
    GradTile t = KEYS ? keys_tile<OTHER>(s) : queries_tile(s);
    if (thread < 128) {
        registers_less<24>();
        if (thread == 0) {
            copy_grad_tiles<HEAD, OTHER, KEYS>(shared, maps, numbers, s, t);
        }
    } else {
        registers_more<240>();
        u32 group = thread / 128 - 1;
        u32 warpLine = (thread / 32 - 4) * 16;
        Weighing w;
        w.lane = thread % 32;
        w.scale = scale;
        w.cap = cap;
        i32 line[2] = {t.line + (i32)(warpLine + w.lane / 4), t.line + (i32)(warpLine + w.lane / 4 + 8)};
#pragma unroll
        for (u32 h = 0; h < 2 && !KEYS; h++) {
            const f32 *own = row_numbers(numbers, s, t.batch, t.head, line[h]);
            w.sum[h] = own[0];
            w.delta[h] = own[GRAD_BOX];
        }
        f32 sumsX[WIDTH / 2];
        f32 sumsY[KEYS ? WIDTH / 2 : 1];
#pragma unroll
        for (u32 i = 0; i < WIDTH / 2; i++) {
            sumsX[i] = 0;
            sumsY[KEYS ? i : 0] = 0;
        }
        u32 stage = 0;
        u32 parity = 0;
        counter_wait(shared.fullOwn, 0);
#pragma unroll 1
        for (i32 head = 0; head < t.heads; head++) {
#pragma unroll 1
            for (i32 from = t.begin; from < t.end; from += OTHER) {
                u32 otherX = shared.stages + stage * 2 * Shared::OTHER_BYTES;
                u32 otherY = otherX + Shared::OTHER_BYTES;
                u32 columns = shared.numbers + stage * Shared::NUMBER_BYTES;
                f32 scores[OTHER / 2], slopes[OTHER / 2];
                counter_wait(shared.full + stage * 8, parity);
                wgmma_fence();
                dots_of_heads<T, HEAD, GRAD_OWN, OTHER>(scores, shared.ownX + group * 64 * 128, otherX);
                wgmma_commit();
                dots_of_heads<T, HEAD, GRAD_OWN, OTHER>(slopes, shared.ownY + group * 64 * 128, otherY);
                wgmma_commit();
                bool whole = s.causal == 0 && (KEYS || from + (i32)OTHER <= t.end);
                if (!whole) {
                    columns_of<OTHER, KEYS>(s, t, line[0], from, &w.first[0], &w.last[0]);
                    columns_of<OTHER, KEYS>(s, t, line[1], from, &w.first[1], &w.last[1]);
                }
                wgmma_wait<1>();
                u32 weights[KEYS ? OTHER / 16 : 1][4];
                weigh<T, OTHER, KEYS>(scores, weights, w, columns, whole);
                if (KEYS) {
                    wgmma_fence();
                    add_lines<T, WIDTH, OTHER>(sumsY, weights, otherY);
                    wgmma_commit();
                    wgmma_wait<1>();
                } else {
                    wgmma_wait<0>();
                }
                u32 packed[OTHER / 16][4];
#pragma unroll
                for (u32 j = 0; j < OTHER / 8; j++) {
                    f32 slope[4];
                    Two deltas = {{0, 0}};
                    if (KEYS) {
                        deltas = load_shared2(numbers_at(columns, j, w.lane) + GRAD_BOX * 4);
                    }
#pragma unroll
                    for (u32 e = 0; e < 4; e++) {
                        f32 delta = KEYS ? as_f32(deltas.x[e % 2]) : w.delta[e / 2];
                        slope[e] = scores[j * 4 + e] * (slopes[j * 4 + e] - delta);
                    }
                    packed[j / 2][j % 2 * 2] = T::pack(slope[0], slope[1]);
                    packed[j / 2][j % 2 * 2 + 1] = T::pack(slope[2], slope[3]);
                }
                wgmma_fence();
                add_lines<T, WIDTH, OTHER>(sumsX, packed, otherX);
                wgmma_commit();
                wgmma_wait<0>();
                warp_barrier();
                if (w.lane == 0) {
                    counter_arrive(shared.empty + stage * 8);
                }
                if (++stage == GRAD_STAGES) {
                    stage = 0;
                    parity ^= 1;
                }
            }
        }
        i64 lines = KEYS ? s.keys : s.queries;
        write_gradient<T, HEAD>(gradX, places.first, t, warpLine, lines, sumsX, scale, w.lane);
        if (KEYS) {
            write_gradient<T, HEAD>(gradY, places.second, t, warpLine, lines, sumsY, 1, w.lane);
        }
    }
}

/*
 * 16 lanes a row: the dot product of the output and its gradient, and the row's log-sum-exp as the kernels above want both. A row
 * that is not there or sees nothing has minus infinity, which makes its every weight 0. places.first is the output's.
 */
template <class T>
TN_FUNCTION void backward_hopper_rows(const u16 *out, const u16 *gradOut, const f32 *logSumExp, f32 *numbers,
                                      const AttentionShape &s, const GradPlaces &places, i64 head) {
    u32 lane = threadIdx.x % 16;
    i64 padded = (s.queries + GRAD_OWN - 1) / GRAD_OWN * GRAD_OWN;
    i64 row = (i64)blockIdx.x * 8 + threadIdx.x / 16;
    i64 query = row % padded;
    i64 own = row / padded % s.heads;
    i64 batch = row / padded / s.heads;
    f32 sum = 0;
    if (query < s.queries) {
        for (i64 d = lane * 8; d < head; d += 16 * 8) {
            Four x = load_global4(out + place(places.first, batch, own, query) + d);
            Four y = load_global4(gradOut + place(s.out, batch, own, query) + d);
#pragma unroll
            for (u32 i = 0; i < 8; i++) {
                sum = fmaf(T::value((u16)(x.x[i / 2] >> i % 2 * 16)), T::value((u16)(y.x[i / 2] >> i % 2 * 16)), sum);
            }
        }
    }
#pragma unroll
    for (u32 step = 8; step > 0; step /= 2) {
        sum += as_f32(shuffle_xor(as_u32(sum), step));
    }
    if (lane == 0) {
        f32 total = query < s.queries ? logSumExp[place(s.sums, batch, own, query)] : -TN_INFINITY;
        f32 *to = numbers + row / GRAD_BOX * (2 * GRAD_BOX) + row % GRAD_BOX;
        to[0] = total == -TN_INFINITY ? -TN_INFINITY : -total * LOG2E;
        to[GRAD_BOX] = sum;
    }
}

#define BACKWARD_HOPPER_KERNELS(name, T, HEAD, OTHER)                                                                  \
    extern "C" __global__ void __launch_bounds__(384, 1)                                                               \
        name##_keys_##HEAD(const __grid_constant__ TensorMap query, const __grid_constant__ TensorMap key,             \
                           const __grid_constant__ TensorMap value, const __grid_constant__ TensorMap gradOut,         \
                           const f32 *numbers, u16 *gradKey, u16 *gradValue, const AttentionShape s,                   \
                           const GradPlaces places, const f32 scale, const f32 cap) {                                  \
        GradMaps maps = {&key, &value, &query, &gradOut};                                                              \
        backward_hopper<T, HEAD, OTHER, true>(maps, numbers, gradKey, gradValue, s, places, scale, cap);               \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(384, 1)                                                               \
        name##_queries_##HEAD(const __grid_constant__ TensorMap query, const __grid_constant__ TensorMap key,          \
                              const __grid_constant__ TensorMap value, const __grid_constant__ TensorMap gradOut,      \
                              const f32 *numbers, u16 *gradQuery, const AttentionShape s, const GradPlaces places,     \
                              const f32 scale, const f32 cap) {                                                        \
        GradMaps maps = {&query, &gradOut, &key, &value};                                                              \
        backward_hopper<T, HEAD, 128, false>(maps, numbers, gradQuery, nullptr, s, places, scale, cap);                \
    }
#define BACKWARD_HOPPER(name, T)                                                                                       \
    extern "C" __global__ void __launch_bounds__(128)                                                                  \
        name##_rows(const u16 *out, const u16 *gradOut, const f32 *logSumExp, f32 *numbers, const AttentionShape s,    \
                    const GradPlaces places, const i64 head) {                                                         \
        backward_hopper_rows<T>(out, gradOut, logSumExp, numbers, s, places, head);                                    \
    }                                                                                                                  \
    BACKWARD_HOPPER_KERNELS(name, T, 64, 64)                                                                           \
    BACKWARD_HOPPER_KERNELS(name, T, 80, 64)                                                                           \
    BACKWARD_HOPPER_KERNELS(name, T, 96, 64)                                                                           \
    BACKWARD_HOPPER_KERNELS(name, T, 128, 64)
