/*
 * AttentionBackward (Dao et al. 2022): weights are recomputed from the log-sum-exp. attention_delta has an item a row: the dot
 * product of out and its gradient. In attention_backward_query a group has ROWS rows and walks through the keys; in
 * attention_backward_key it has TILE keys and walks through the rows, of all heads that share them, in order. So nothing is added
 * by two groups, and results repeat. The strides of out in AttentionShape are gradOut's here.
 */
#include "tenon.h"
#include "attention.h"

/* The gradient of an unscaled dot product: of the score, through the cap. capped is the score after it. */
TN_FUNCTION REAL tn_score_slope(REAL capped, REAL scale, REAL cap) {
    REAL ratio = cap == 0 ? (REAL)0 : capped / cap;
    return scale * (1 - ratio * ratio);
}

/* A tile of ROWS lines of size elements from row firstRow on, of the query or of what has its rows; zeros past the last. */
TN_FUNCTION void load_rows(const TN_GLOBAL QUERY_STORAGE *from, const i64 *places, const AttentionShape *s, i64 batch,
                           i64 keyHead, i64 firstRow, i32 size, TN_LOCAL_POINTER REAL *tile, i32 me) {
    TN_SIZES(*s)
    i64 sharing = s->heads / s->keyHeads;
    for (i32 i = me; i < ROWS * size; i += GROUP) {
        i64 row = firstRow + i / size;
        i64 place = TN_PLACE4(places, batch, keyHead * sharing + row / s->queries, row % s->queries);
        tile[i] = row < sharing * s->queries ? TN_LOAD(QUERY)(from, place + i % size * places[4]) : (REAL)0;
    }
}

/* The same of TILE keys or values. */
TN_FUNCTION void load_keys(const TN_GLOBAL KEY_STORAGE *from, const i64 *places, const AttentionShape *s, i64 batch,
                           i64 keyHead, i64 firstKey, i32 size, TN_LOCAL_POINTER REAL *tile, i32 me) {
    TN_SIZES(*s)
    for (i32 i = me; i < TILE * size; i += GROUP) {
        i64 position = firstKey + i / size;
        i64 place = TN_PLACE4(places, batch, keyHead, position);
        tile[i] = position < s->keys ? TN_LOAD(KEY)(from, place + i % size * places[4]) : (REAL)0;
    }
}

TN_KERNEL attention_delta(const TN_GLOBAL QUERY_STORAGE *gradOut, const TN_GLOBAL QUERY_STORAGE *out,
                          TN_GLOBAL REAL *delta, const AttentionShape s, const i64 out0, const i64 out1,
                          const i64 out2, const i64 out3, const i64 out4) {
    TN_SIZES(s)
    i64 row = TN_GLOBAL_ID();
    if (row >= s.batch * s.heads * s.queries) {
        return;
    }
    i64 batch = row / (s.heads * s.queries);
    i64 head = row / s.queries % s.heads;
    i64 at = row % s.queries;
    i64 gradFrom = TN_PLACE4(s.out, batch, head, at);
    i64 from = out0 + batch * out1 + head * out2 + at * out3;
    REAL sum = 0;
    for (i64 d = 0; d < WIDTH; d++) {
        sum = fma(TN_LOAD(QUERY)(out, from + d * out4), TN_LOAD(QUERY)(gradOut, gradFrom + d * s.out[4]), sum);
    }
    delta[row] = sum;
}

TN_KERNEL attention_backward_query(const TN_GLOBAL QUERY_STORAGE *query, const TN_GLOBAL KEY_STORAGE *key,
                                   const TN_GLOBAL KEY_STORAGE *value, const TN_GLOBAL REAL *mask,
                                   const TN_GLOBAL REAL *logSumExp, const TN_GLOBAL QUERY_STORAGE *gradOut,
                                   const TN_GLOBAL REAL *delta, TN_GLOBAL QUERY_STORAGE *gradQuery,
                                   const AttentionShape s, const f32 scale, const f32 cap, const i64 to0,
                                   const i64 to1, const i64 to2, const i64 to3, const i64 to4) {
    TN_SIZES(s)
    TN_LOCAL_SPACE
    TN_LOCAL_NUMBERS(q, ROWS * HEAD)
    TN_LOCAL_NUMBERS(g, ROWS * WIDTH)
    TN_LOCAL_NUMBERS(sums, ROWS * HEAD)
    TN_LOCAL_NUMBERS(k, TILE * HEAD)
    TN_LOCAL_NUMBERS(v, TILE * WIDTH)
    TN_LOCAL_NUMBERS(slopes, ROWS * TILE)
    i32 me = TN_LOCAL_ID();
    i64 sharing = s.heads / s.keyHeads;
    i64 allRows = sharing * s.queries;
    i64 rowTiles = (allRows + ROWS - 1) / ROWS;
    i64 firstRow = TN_GROUP_ID(0) % rowTiles * ROWS;
    i64 batch = TN_GROUP_ID(0) / rowTiles / s.keyHeads;
    i64 keyHead = TN_GROUP_ID(0) / rowTiles % s.keyHeads;
    i32 rows = (i32)(allRows - firstRow < ROWS ? allRows - firstRow : ROWS);
    load_rows(query, s.query, &s, batch, keyHead, firstRow, HEAD, q, me);
    load_rows(gradOut, s.out, &s, batch, keyHead, firstRow, WIDTH, g, me);
    for (i32 i = me; i < ROWS * HEAD; i += GROUP) {
        sums[i] = 0;
    }
    for (i64 from = 0; from < s.keys; from += TILE) {
        TN_BARRIER();
        load_keys(key, s.key, &s, batch, keyHead, from, HEAD, k, me);
        load_keys(value, s.value, &s, batch, keyHead, from, WIDTH, v, me);
        TN_BARRIER();
        for (i32 i = me; i < ROWS * TILE; i += GROUP) {
            i32 r = i / TILE;
            i32 c = i % TILE;
            i64 row = firstRow + r;
            i64 head = keyHead * sharing + row / s.queries;
            i64 at = row % s.queries;
            REAL slope = 0;
            if (r < rows && from + c < s.keys && tn_sees(&s, s.keys - s.queries + at, from + c)) {
                REAL logSum = logSumExp[TN_PLACE4(s.sums, batch, head, at)];
                REAL dot = 0;
                for (i32 d = 0; d < HEAD; d++) {
                    dot = fma(q[r * HEAD + d], k[c * HEAD + d], dot);
                }
                REAL inner = 0;
                for (i32 d = 0; d < WIDTH; d++) {
                    inner = fma(g[r * WIDTH + d], v[c * WIDTH + d], inner);
                }
                REAL capped = tn_score(dot, scale, cap);
                REAL score = capped;
                if (TN_HAS_MASK(s)) {
                    score += mask[TN_PLACE4(s.mask, batch, head, at) + (from + c) * s.mask[4]];
                }
                if (logSum != -TN_INFINITY) {
                    slope = exp(score - logSum) * (inner - delta[(batch * s.heads + head) * s.queries + at])
                            * tn_score_slope(capped, scale, cap);
                }
            }
            slopes[r * TILE + c] = slope;
        }
        TN_BARRIER();
        for (i32 i = me; i < ROWS * HEAD; i += GROUP) {
            i32 r = i / HEAD;
            i32 d = i % HEAD;
            REAL sum = sums[r * HEAD + d];
            for (i32 c = 0; c < TILE; c++) {
                sum = fma(slopes[r * TILE + c], k[c * HEAD + d], sum);
            }
            sums[r * HEAD + d] = sum;
        }
    }
    TN_BARRIER();
    for (i32 i = me; i < rows * HEAD; i += GROUP) {
        i64 row = firstRow + i / HEAD;
        i64 to = to0 + batch * to1 + (keyHead * sharing + row / s.queries) * to2 + row % s.queries * to3;
        TN_WRITE(QUERY)(gradQuery, to + i % HEAD * to4, sums[i]);
    }
}

TN_KERNEL attention_backward_key(const TN_GLOBAL QUERY_STORAGE *query, const TN_GLOBAL KEY_STORAGE *key,
                                 const TN_GLOBAL KEY_STORAGE *value, const TN_GLOBAL REAL *mask,
                                 const TN_GLOBAL REAL *logSumExp, const TN_GLOBAL QUERY_STORAGE *gradOut,
                                 const TN_GLOBAL REAL *delta, TN_GLOBAL KEY_STORAGE *gradKey,
                                 TN_GLOBAL KEY_STORAGE *gradValue, const AttentionShape s, const f32 scale,
                                 const f32 cap, const i64 key0, const i64 key1, const i64 key2, const i64 key3,
                                 const i64 key4, const i64 value0, const i64 value1, const i64 value2,
                                 const i64 value3, const i64 value4) {
    TN_SIZES(s)
    TN_LOCAL_SPACE
    TN_LOCAL_NUMBERS(q, ROWS * HEAD)
    TN_LOCAL_NUMBERS(g, ROWS * WIDTH)
    TN_LOCAL_NUMBERS(k, TILE * HEAD)
    TN_LOCAL_NUMBERS(v, TILE * WIDTH)
    TN_LOCAL_NUMBERS(keySums, TILE * HEAD)
    TN_LOCAL_NUMBERS(valueSums, TILE * WIDTH)
    TN_LOCAL_NUMBERS(slopes, ROWS * TILE)
    TN_LOCAL_NUMBERS(weights, ROWS * TILE)
    i32 me = TN_LOCAL_ID();
    i64 sharing = s.heads / s.keyHeads;
    i64 allRows = sharing * s.queries;
    i64 keyTiles = (s.keys + TILE - 1) / TILE;
    i64 from = TN_GROUP_ID(0) % keyTiles * TILE;
    i64 batch = TN_GROUP_ID(0) / keyTiles / s.keyHeads;
    i64 keyHead = TN_GROUP_ID(0) / keyTiles % s.keyHeads;
    load_keys(key, s.key, &s, batch, keyHead, from, HEAD, k, me);
    load_keys(value, s.value, &s, batch, keyHead, from, WIDTH, v, me);
    for (i32 i = me; i < TILE * HEAD; i += GROUP) {
        keySums[i] = 0;
    }
    for (i32 i = me; i < TILE * WIDTH; i += GROUP) {
        valueSums[i] = 0;
    }
    for (i64 firstRow = 0; firstRow < allRows; firstRow += ROWS) {
        TN_BARRIER();
        load_rows(query, s.query, &s, batch, keyHead, firstRow, HEAD, q, me);
        load_rows(gradOut, s.out, &s, batch, keyHead, firstRow, WIDTH, g, me);
        TN_BARRIER();
        for (i32 i = me; i < ROWS * TILE; i += GROUP) {
            i32 r = i / TILE;
            i32 c = i % TILE;
            i64 row = firstRow + r;
            i64 head = keyHead * sharing + row / s.queries;
            i64 at = row % s.queries;
            REAL slope = 0;
            REAL weight = 0;
            if (row < allRows && from + c < s.keys && tn_sees(&s, s.keys - s.queries + at, from + c)) {
                REAL logSum = logSumExp[TN_PLACE4(s.sums, batch, head, at)];
                REAL dot = 0;
                for (i32 d = 0; d < HEAD; d++) {
                    dot = fma(q[r * HEAD + d], k[c * HEAD + d], dot);
                }
                REAL inner = 0;
                for (i32 d = 0; d < WIDTH; d++) {
                    inner = fma(g[r * WIDTH + d], v[c * WIDTH + d], inner);
                }
                REAL capped = tn_score(dot, scale, cap);
                REAL score = capped;
                if (TN_HAS_MASK(s)) {
                    score += mask[TN_PLACE4(s.mask, batch, head, at) + (from + c) * s.mask[4]];
                }
                if (logSum != -TN_INFINITY) {
                    weight = exp(score - logSum);
                    slope = weight * (inner - delta[(batch * s.heads + head) * s.queries + at])
                            * tn_score_slope(capped, scale, cap);
                }
            }
            slopes[r * TILE + c] = slope;
            weights[r * TILE + c] = weight;
        }
        TN_BARRIER();
        for (i32 i = me; i < TILE * HEAD; i += GROUP) {
            i32 c = i / HEAD;
            i32 d = i % HEAD;
            REAL sum = keySums[c * HEAD + d];
            for (i32 r = 0; r < ROWS; r++) {
                sum = fma(slopes[r * TILE + c], q[r * HEAD + d], sum);
            }
            keySums[c * HEAD + d] = sum;
        }
        for (i32 i = me; i < TILE * WIDTH; i += GROUP) {
            i32 c = i / WIDTH;
            i32 d = i % WIDTH;
            REAL sum = valueSums[c * WIDTH + d];
            for (i32 r = 0; r < ROWS; r++) {
                sum = fma(weights[r * TILE + c], g[r * WIDTH + d], sum);
            }
            valueSums[c * WIDTH + d] = sum;
        }
    }
    TN_BARRIER();
    for (i32 i = me; i < TILE * HEAD; i += GROUP) {
        i64 position = from + i / HEAD;
        if (position < s.keys) {
            i64 to = key0 + batch * key1 + keyHead * key2 + position * key3;
            TN_WRITE(KEY)(gradKey, to + i % HEAD * key4, keySums[i]);
        }
    }
    for (i32 i = me; i < TILE * WIDTH; i += GROUP) {
        i64 position = from + i / WIDTH;
        if (position < s.keys) {
            i64 to = value0 + batch * value1 + keyHead * value2 + position * value3;
            TN_WRITE(KEY)(gradValue, to + i % WIDTH * value4, valueSums[i]);
        }
    }
}
