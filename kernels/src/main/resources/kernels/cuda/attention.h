/*
 * Attention on mma.sync with an online softmax (Dao 2023), for sm_80 and later. A block has a tile of 16 * WARPS_M rows and
 * goes through the keys, BN at a time, copied by cp.async into STAGES tiles; WARPS_N warps share the keys of a step, so that
 * with few rows (decoding) all warps have work: these join their sums at the end. Where the keys are cut into parts
 * (blockIdx.z), a block leaves its sums in scratch memory and the last block of a tile joins the parts: no second launch.
 * Scores are kept times log2(e), so that exponentials are powers of two. blockIdx.y is a batch row and key head.
 */
#pragma once
#include "attention_shape.h"
#include "head_tile.h"

struct AttentionOperands {
    const u16 *query, *key, *value;
    const f32 *mask;
    const i32 *lengths, *table;
    u16 *out;
    f32 *logSumExp, *partial;
    u32 *arrived;
};

/* Copies keys and values from..from + BN, zeros past the end. */
template <u32 HEAD, u32 BN, u32 THREADS>
TN_FUNCTION void copy_keys(u32 to, const AttentionOperands &o, const AttentionShape &s, const RowTile &t, i64 from) {
    const u32 CHUNKS = HeadTile<HEAD>::CHUNKS;
    const u32 LINE = HeadTile<HEAD>::LINE;
    for (u32 i = threadIdx.x; i < BN * CHUNKS; i += THREADS) {
        u32 line = i / CHUNKS;
        u32 chunk = i % CHUNKS;
        bool isThere = from + line < t.end;
        i64 position = isThere ? from + line : t.begin;
        i64 k = key_place(s.key, s, o.table, t.batch, t.keyHead, position) + chunk * 8;
        i64 v = key_place(s.value, s, o.table, t.batch, t.keyHead, position) + chunk * 8;
        copy_async16(to + line * LINE + chunk * 16, o.key + k, isThere ? 16 : 0);
        copy_async16(to + (BN + line) * LINE + chunk * 16, o.value + v, isThere ? 16 : 0);
    }
}

template <u32 HEAD, u32 ROWS, u32 THREADS>
TN_FUNCTION void copy_rows(u32 to, const u16 *from, const i64 *places, const AttentionShape &s, const RowTile &t) {
    const u32 CHUNKS = HeadTile<HEAD>::CHUNKS;
    for (u32 i = threadIdx.x; i < ROWS * CHUNKS; i += THREADS) {
        u32 line = i / CHUNKS;
        bool isThere = (i32)line < t.rows;
        RowPlace at = row_place(s, t.keyHead, t.firstRow + (isThere ? line : 0));
        copy_async16(to + line * HeadTile<HEAD>::LINE + i % CHUNKS * 16,
                     from + place(places, t.batch, at.head, at.query) + i % CHUNKS * 8, isThere ? 16 : 0);
    }
}

/* A warp's state for the two rows of 16 that a lane has results of: lane / 4, and 8 further. */
struct SoftmaxRows {
    f32 largest[2];
    f32 total[2];
};

/* Turns scores of 16 rows by 8 * TILES keys into weights, and tells by how much earlier sums shrink. */
template <u32 TILES>
TN_FUNCTION void soften(f32 (*scores)[4], SoftmaxRows &rows, f32 *shrink) {
#pragma unroll
    for (u32 h = 0; h < 2; h++) {
        f32 most = rows.largest[h];
#pragma unroll
        for (u32 j = 0; j < TILES; j++) {
            most = scores[j][2 * h] > most ? scores[j][2 * h] : most;
            most = scores[j][2 * h + 1] > most ? scores[j][2 * h + 1] : most;
        }
#pragma unroll
        for (u32 step = 1; step < 4; step *= 2) {
            f32 other = as_f32(shuffle_xor(as_u32(most), step));
            most = other > most ? other : most;
        }
        /* Nothing seen so far: then weights are 0, not the exponential of a difference of infinities. */
        f32 base = most == -TN_INFINITY ? 0 : most;
        shrink[h] = exp2_approximate(rows.largest[h] - base);
        rows.largest[h] = most;
        f32 total = rows.total[h] * shrink[h];
#pragma unroll
        for (u32 j = 0; j < TILES; j++) {
            scores[j][2 * h] = exp2_approximate(scores[j][2 * h] - base);
            scores[j][2 * h + 1] = exp2_approximate(scores[j][2 * h + 1] - base);
            total += scores[j][2 * h] + scores[j][2 * h + 1];
        }
        rows.total[h] = total;
    }
}

/* Scale, cap, mask, and -infinity where a row does not see a key; dots become scores times log2(e). */
template <u32 TILES>
TN_FUNCTION void score_tile(f32 (*scores)[4], const AttentionOperands &o, const AttentionShape &s, const RowTile &t,
                            const i32 *row, i64 from, u32 lane, f32 scale, f32 cap, bool whole) {
    bool plain = whole && s.hasMask == 0;
#pragma unroll
    for (u32 h = 0; h < 2; h++) {
        i64 added = 0;
        /* Keys of this tile that the row sees: from first on, before last. */
        i64 first = 0;
        i64 last = 8 * TILES;
        if (!plain) {
            RowPlace at = row_place(s, t.keyHead, t.firstRow + row[h]);
            i64 position = t.firstPosition + at.query;
            last = t.end - from;
            if (s.causal != 0) {
                last = position + 1 - from < last ? position + 1 - from : last;
                first = s.window == 0 ? 0 : position - s.window + 1 - from;
            }
            last = row[h] < t.rows ? last : 0;
            added = place(s.mask, t.batch, at.head, at.query) + from * s.mask[4];
        }
#pragma unroll
        for (u32 j = 0; j < TILES; j++) {
#pragma unroll
            for (u32 e = 0; e < 2; e++) {
                i32 key = (i32)(j * 8 + lane % 4 * 2 + e);
                f32 score = score_of(scores[j][2 * h + e], scale, cap);
                if (!plain) {
                    bool seen = key >= first && key < last;
                    if (seen && s.hasMask != 0) {
                        score += o.mask[added + key * s.mask[4]];
                    }
                    score = seen ? score : -TN_INFINITY;
                }
                scores[j][2 * h + e] = score * LOG2E;
            }
        }
    }
}
