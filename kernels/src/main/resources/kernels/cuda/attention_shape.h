/*
 * What the attention kernels are told, and which keys a row sees. Rows are the queries of all heads that share a key head: row i is
 * query i % queries of head i / queries among them. Elements of a head are neighbours in memory.
 */
#pragma once
#include "element.h"
#define LOG2E 1.4426950408889634f
#define LN2 0.6931471805599453f

/* Sizes; then for each operand its base and the strides of batch, head and position (of page, slot and head for pages). */
struct AttentionShape {
    i64 batch, heads, queries, keyHeads, keys;
    i64 causal, window;
    i64 query[4], key[4], value[4], out[4], sums[4];
    i64 mask[5], lengths[2], table[3];
    i64 pageSize;
    /* Which operands are there. */
    i64 hasMask, hasLengths, hasTable, hasSums;
    /* The keys are cut into so many parts. */
    i64 parts;
};

/* Where gradients go: base and strides of batch, head and position. */
struct GradPlaces {
    i64 first[4], second[4];
};

/* Where element (a, b, c) begins. */
TN_FUNCTION i64 place(const i64 *p, i64 a, i64 b, i64 c) {
    return p[0] + a * p[1] + b * p[2] + c * p[3];
}

struct RowPlace {
    i64 head;
    i64 query;
};

TN_FUNCTION RowPlace row_place(const AttentionShape &s, i64 keyHead, i64 row) {
    RowPlace at = {keyHead * (s.heads / s.keyHeads) + row / s.queries, row % s.queries};
    return at;
}

/* Where a key or value begins. */
TN_FUNCTION i64 key_place(const i64 *p, const AttentionShape &s, const i32 *table, i64 batch, i64 head, i64 position) {
    if (s.hasTable != 0) {
        i64 page = table[s.table[0] + batch * s.table[1] + position / s.pageSize * s.table[2]];
        return place(p, page, position % s.pageSize, head);
    }
    return place(p, batch, head, position);
}

/* A block's rows and the keys that any of them sees; a part of these. */
struct RowTile {
    i64 batch, keyHead, firstRow;
    i32 rows;
    /* Where the first query of the batch stands. */
    i64 firstPosition;
    /* Where the tile's queries stand, all of them included. */
    i64 leastPosition, mostPosition;
    i64 begin, end;
};

/* Where the tile's queries stand and which keys they see, once its batch, head and rows are set. */
TN_FUNCTION void place_tile(RowTile &t, const AttentionShape &s, const i32 *lengths, i64 part, i64 keysAtOnce) {
    i64 length = s.keys;
    if (s.hasLengths != 0) {
        i64 own = lengths[s.lengths[0] + t.batch * s.lengths[1]];
        length = own < length ? own : length;
    }
    t.firstPosition = length - s.queries;
    i64 last = t.firstRow + t.rows - 1;
    bool oneHead = t.firstRow / s.queries == last / s.queries;
    t.leastPosition = t.firstPosition + (oneHead ? t.firstRow % s.queries : 0);
    t.mostPosition = t.firstPosition + (oneHead ? last % s.queries : s.queries - 1);
    t.begin = 0;
    t.end = length;
    if (s.causal != 0) {
        t.end = t.mostPosition + 1 < length ? t.mostPosition + 1 : length;
        if (s.window != 0 && t.leastPosition - s.window + 1 > 0) {
            t.begin = t.leastPosition - s.window + 1;
        }
    }
    i64 seen = t.end > t.begin ? t.end - t.begin : 0;
    i64 share = ((seen + s.parts - 1) / s.parts + keysAtOnce - 1) / keysAtOnce * keysAtOnce;
    t.begin += part * share;
    t.end = t.begin + share < t.end ? t.begin + share : t.end;
}

/* The tile of so many rows, whichever heads they are of. */
TN_FUNCTION RowTile row_tile(const AttentionShape &s, const i32 *lengths, i64 pair, i64 number, i32 height, i64 part,
                             i64 keysAtOnce) {
    RowTile t;
    t.batch = pair / s.keyHeads;
    t.keyHead = pair % s.keyHeads;
    t.firstRow = number * height;
    i64 allRows = s.heads / s.keyHeads * s.queries;
    t.rows = (i32)(allRows - t.firstRow < height ? allRows - t.firstRow : height);
    place_tile(t, s, lengths, part, keysAtOnce);
    return t;
}

/* Whether every row of the tile sees every one of so many keys. */
TN_FUNCTION bool sees_all(const AttentionShape &s, const RowTile &t, i64 from, i64 count) {
    return from + count <= t.end && (s.causal == 0 || from + count - 1 <= t.leastPosition)
           && (s.window == 0 || from > t.mostPosition - s.window);
}

TN_FUNCTION bool sees(const AttentionShape &s, i64 position, i64 key) {
    return s.causal == 0 || (key <= position && (s.window == 0 || key > position - s.window));
}

/* tanh to within a few 2^-24 of 1, which is what a capped score needs. */
TN_FUNCTION f32 cap_tanh(f32 x) {
    return 1 - 2 * reciprocal_approximate(1 + exp2_approximate(x * 2.885390081777927f));
}

/* The score before the mask. */
TN_FUNCTION f32 score_of(f32 dot, f32 scale, f32 cap) {
    f32 score = dot * scale;
    return cap == 0 ? score : cap * cap_tanh(score / cap);
}
