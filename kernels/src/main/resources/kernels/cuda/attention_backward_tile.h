/*
 * What a block of attention's gradient on Hopper works on: lines of its own, queries or keys, and the other lines that these
 * take part in.
 */
#pragma once
#include "attention_shape.h"
#include "head_group.h"

static const u32 GRAD_OWN = 128, GRAD_STAGES = 2, GRAD_THREADS = 384;
/* Lines of a box, and rows of a block of numbers: 64 sums, then 64 deltas. */
static const u32 GRAD_BOX = 64, GRAD_NUMBERS = 2 * GRAD_BOX * 4;

/* Where a block's lines are, and the other lines that it goes through: positions begin..end of so many heads from first on. */
struct GradTile {
    i32 batch, head, line;
    i32 first, heads, begin, end;
    /* Where query 0 stands among the keys. */
    i32 position;
};

/* Numbers of a row: minus its log-sum-exp times log2(e), and delta after 64 of these. Rows are padded to whole blocks of keys. */
TN_FUNCTION const f32 *row_numbers(const f32 *numbers, const AttentionShape &s, i32 batch, i32 head, i32 query) {
    i64 padded = (s.queries + GRAD_OWN - 1) / GRAD_OWN * GRAD_OWN;
    i64 row = (batch * s.heads + head) * padded + query;
    return numbers + row / GRAD_BOX * (2 * GRAD_BOX) + row % GRAD_BOX;
}

template <u32 OTHER> TN_FUNCTION GradTile keys_tile(const AttentionShape &s) {
    GradTile t;
    t.batch = (i32)(blockIdx.y / s.keyHeads);
    t.head = (i32)(blockIdx.y % s.keyHeads);
    t.line = (i32)(blockIdx.x * GRAD_OWN);
    t.heads = (i32)(s.heads / s.keyHeads);
    t.first = t.head * t.heads;
    t.position = (i32)(s.keys - s.queries);
    t.begin = 0;
    t.end = (i32)s.queries;
    if (s.causal != 0) {
        i32 first = t.line - t.position;
        t.begin = first > 0 ? first / (i32)OTHER * (i32)OTHER : 0;
        i64 last = (t.line + (i32)GRAD_OWN < s.keys ? t.line + (i32)GRAD_OWN : s.keys) - 1;
        i64 past = last + s.window - t.position;
        t.end = s.window != 0 && past < t.end ? (i32)past : t.end;
    }
    return t;
}

TN_FUNCTION GradTile queries_tile(const AttentionShape &s) {
    GradTile t;
    t.batch = (i32)(blockIdx.y / s.heads);
    t.head = (i32)(blockIdx.y % s.heads);
    /* The queries with most keys come first where attention is causal. */
    t.line = (i32)((gridDim.x - 1 - blockIdx.x) * GRAD_OWN);
    t.heads = 1;
    t.first = (i32)(t.head / (s.heads / s.keyHeads));
    t.position = (i32)(s.keys - s.queries);
    t.begin = 0;
    t.end = (i32)s.keys;
    if (s.causal != 0) {
        i32 least = t.line + t.position;
        i64 last = (t.line + (i32)GRAD_OWN < s.queries ? t.line + (i32)GRAD_OWN : s.queries) - 1 + t.position;
        t.end = last + 1 < s.keys ? (i32)(last + 1) : t.end;
        t.begin = s.window != 0 && least - s.window + 1 > 0 ? (i32)(least - s.window + 1) : 0;
    }
    return t;
}

/* Columns of the tile's other lines from..from + OTHER that an own line takes part in: from first on, before last. */
template <u32 OTHER, bool KEYS>
TN_FUNCTION void columns_of(const AttentionShape &s, const GradTile &t, i32 line, i32 from, i32 *first, i32 *last) {
    i64 least = 0;
    i64 past = t.end - from;
    if (s.causal != 0 && KEYS) {
        least = line - t.position - from;
        past = s.window != 0 && line + s.window - t.position - from < past ? line + s.window - t.position - from : past;
    } else if (s.causal != 0) {
        i64 position = line + t.position;
        least = s.window != 0 ? position - s.window + 1 - from : 0;
        past = position + 1 - from < past ? position + 1 - from : past;
    }
    *first = (i32)(least < 0 ? 0 : least > OTHER ? OTHER : least);
    *last = (i32)(past < 0 ? 0 : past > OTHER ? OTHER : past);
}
