/*
 * Attention and PagedAttention: tiles of ROWS rows against TILE keys at a time, with an online softmax (Dao et al. 2022); a
 * group has a tile of rows and, where there would be too few groups, one of several parts of the keys: then it writes
 * what it has to partial, and attention_join puts the parts together. With GROUP 1, for a CPU, an item keeps BLOCK rows'
 * sums in vector registers; else the results of a step are shared out among the items.
 */
#include "tenon.h"
#include "attention.h"
#include "group.h"
#define PADDED ((WIDTH + 15) / 16 * 16)
#define LARGER_SIZE (HEAD > PADDED ? HEAD : PADDED)
#define LANES (TILE < 16 ? TILE : 16)
/* How many items read one key side by side. */
#define SPLIT (GROUP < 16 ? GROUP : 16)

/* The tile's keys with the axes exchanged; zeros past the end. */
TN_FUNCTION void load_keys(const TN_GLOBAL KEY_STORAGE *key, const TN_GLOBAL i32 *table, const AttentionShape *s,
                           i64 batch, i64 keyHead, i64 from, i64 end, TN_LOCAL_POINTER REAL *tile, i32 me) {
    TN_SIZES(*s)
#ifdef QUANT
    for (i32 i = me; i < TILE * (HEAD / 32); i += GROUP) {
        i32 c = i / (HEAD / 32);
        i32 piece = i % (HEAD / 32);
        f32 x[32];
        if (from + c < end) {
            i64 place = tn_key_place(s->key, s, table, batch, keyHead, from + c);
            lanes_spread(tn_decode_Q8_0(key + (place + piece) * B_Q8_0, 0), x);
        }
        for (i32 j = 0; j < 32; j++) {
            tile[(piece * 32 + j) * TILE + c] = from + c < end ? x[j] : 0;
        }
    }
#else
    i64 step = s->key[4];
    for (i32 i = me; i < TILE * SPLIT; i += GROUP) {
        i32 c = i / SPLIT;
        i64 place = from + c < end ? tn_key_place(s->key, s, table, batch, keyHead, from + c) : 0;
        for (i32 d = i % SPLIT; d < HEAD; d += SPLIT) {
            tile[d * TILE + c] = from + c < end ? TN_LOAD(KEY)(key, place + d * step) : (REAL)0;
        }
    }
#endif
}

TN_FUNCTION void load_values(const TN_GLOBAL KEY_STORAGE *value, const TN_GLOBAL i32 *table, const AttentionShape *s,
                             i64 batch, i64 keyHead, i64 from, i64 end, TN_LOCAL_POINTER REAL *tile, i32 me) {
    TN_SIZES(*s)
#ifdef QUANT
    for (i32 i = me; i < TILE * (WIDTH / 32); i += GROUP) {
        i32 c = i / (WIDTH / 32);
        i32 piece = i % (WIDTH / 32);
        f32 x[32];
        if (from + c < end) {
            i64 place = tn_key_place(s->value, s, table, batch, keyHead, from + c);
            lanes_spread(tn_decode_Q8_0(value + (place + piece) * B_Q8_0, 0), x);
        }
        for (i32 j = 0; j < 32; j++) {
            tile[c * PADDED + piece * 32 + j] = from + c < end ? x[j] : 0;
        }
    }
#else
    i64 step = s->value[4];
    for (i32 i = me; i < TILE * SPLIT; i += GROUP) {
        i32 c = i / SPLIT;
        i64 place = from + c < end ? tn_key_place(s->value, s, table, batch, keyHead, from + c) : 0;
        for (i32 d = i % SPLIT; d < PADDED; d += SPLIT) {
            tile[c * PADDED + d] = from + c < end && d < WIDTH ? TN_LOAD(KEY)(value, place + d * step) : (REAL)0;
        }
    }
#endif
}

TN_KERNEL attention(const TN_GLOBAL QUERY_STORAGE *query, const TN_GLOBAL KEY_STORAGE *key,
                    const TN_GLOBAL KEY_STORAGE *value, const TN_GLOBAL REAL *mask, const TN_GLOBAL i32 *lengths,
                    const TN_GLOBAL i32 *table, TN_GLOBAL QUERY_STORAGE *out, TN_GLOBAL REAL *logSumExp,
                    TN_GLOBAL REAL *partial, const AttentionShape s, const f32 scale, const f32 cap, const i64 parts,
                    const i32 keepsSums) {
    TN_SIZES(s)
    TN_LOCAL_SPACE
    TN_LOCAL_NUMBERS(q, ROWS * HEAD)
    /* The keys with the axes exchanged, then the values. */
    TN_LOCAL_NUMBERS(tile, TILE * LARGER_SIZE)
    TN_LOCAL_NUMBERS(weights, ROWS * TILE)
    TN_LOCAL_NUMBERS(sums, ROWS * PADDED)
    TN_LOCAL_NUMBERS(largest, ROWS)
    TN_LOCAL_NUMBERS(total, ROWS)
    TN_LOCAL_NUMBERS(shrink, ROWS)
    i32 me = TN_LOCAL_ID();
    i64 sharing = s.heads / s.keyHeads;
    i64 allRows = sharing * s.queries;
    i64 rowTiles = (allRows + ROWS - 1) / ROWS;
    i64 firstRow = TN_GROUP_ID(0) % rowTiles * ROWS;
    i64 pair = TN_GROUP_ID(0) / rowTiles % (s.batch * s.keyHeads);
    i64 part = TN_GROUP_ID(0) / rowTiles / (s.batch * s.keyHeads);
    i64 batch = pair / s.keyHeads;
    i64 keyHead = pair % s.keyHeads;
    i32 rows = (i32)(allRows - firstRow < ROWS ? allRows - firstRow : ROWS);
    i64 length = tn_length(&s, lengths, batch);
    i64 firstPosition = length - s.queries;

    for (i32 i = me; i < ROWS * HEAD; i += GROUP) {
        i32 r = i / HEAD;
        i64 row = firstRow + r;
        q[i] =
            r < rows ? TN_LOAD(QUERY)(query, TN_PLACE4(s.query, batch, keyHead * sharing + row / s.queries,
                                                       row % s.queries)
                                                 + i % HEAD * s.query[4])
                     : (REAL)0;
    }
    for (i32 i = me; i < ROWS * PADDED; i += GROUP) {
        sums[i] = 0;
    }
    for (i32 r = me; r < ROWS; r += GROUP) {
        largest[r] = -TN_INFINITY;
        total[r] = 0;
    }

    /* The keys that any row of the tile sees. */
    i64 oneHead = firstRow / s.queries == (firstRow + rows - 1) / s.queries;
    i64 firstQuery = oneHead ? firstRow % s.queries : 0;
    i64 lastQuery = oneHead ? (firstRow + rows - 1) % s.queries : s.queries - 1;
    i64 end = length;
    i64 begin = 0;
    if (s.causal != 0) {
        end = firstPosition + lastQuery + 1 < length ? firstPosition + lastQuery + 1 : length;
        if (s.window != 0 && firstPosition + firstQuery - s.window + 1 > 0) {
            begin = firstPosition + firstQuery - s.window + 1;
        }
    }
    i64 seen = end > begin ? end - begin : 0;
    i64 share = (seen + parts - 1) / parts;
    begin += part * share;
    end = begin + share < end ? begin + share : end;

    for (i64 from = begin; from < end; from += TILE) {
        TN_BARRIER();
        load_keys(key, table, &s, batch, keyHead, from, end, tile, me);
        TN_BARRIER();
#if GROUP == 1
        for (i32 r = 0; r < ROWS; r += BLOCK) {
            REAL dots[BLOCK][TILE];
            for (i32 b = 0; b < BLOCK; b++) {
                for (i32 c = 0; c < TILE; c++) {
                    dots[b][c] = 0;
                }
            }
            for (i32 d = 0; d < HEAD; d++) {
#pragma unroll
                for (i32 b = 0; b < BLOCK; b++) {
                    REAL x = q[(r + b) * HEAD + d];
#pragma unroll
                    for (i32 c = 0; c < TILE; c++) {
                        dots[b][c] = fma(x, tile[d * TILE + c], dots[b][c]);
                    }
                }
            }
#pragma unroll
            for (i32 b = 0; b < BLOCK; b++) {
#pragma unroll
                for (i32 c = 0; c < TILE; c++) {
                    weights[(r + b) * TILE + c] = dots[b][c];
                }
            }
        }
        for (i32 r = 0; r < ROWS; r++) {
            i64 row = firstRow + r;
            i64 at = row % s.queries;
            /* The keys of the tile that this row sees: from first on, below last. */
            i64 position = firstPosition + at;
            i64 last = r < rows ? end - from : 0;
            i64 first = 0;
            if (s.causal != 0) {
                last = position + 1 - from < last ? position + 1 - from : last;
                first = s.window == 0 ? 0 : position - s.window + 1 - from;
            }
            last = last < TILE ? last : TILE;
            for (i32 c = 0; c < TILE; c++) {
                weights[r * TILE + c] = tn_score(weights[r * TILE + c], scale, cap);
            }
            if (TN_HAS_MASK(s)) {
                i64 added = TN_PLACE4(s.mask, batch, keyHead * sharing + row / s.queries, at) + from * s.mask[4];
                for (i32 c = 0; c < last; c++) {
                    weights[r * TILE + c] += mask[added + c * s.mask[4]];
                }
            }
            REAL lanes[LANES];
            for (i32 i = 0; i < LANES; i++) {
                lanes[i] = largest[r];
            }
            for (i32 c = 0; c < TILE; c += LANES) {
#pragma unroll
                for (i32 i = 0; i < LANES; i++) {
                    REAL score = c + i >= first && c + i < last ? weights[r * TILE + c + i] : (REAL)-TN_INFINITY;
                    weights[r * TILE + c + i] = score;
                    lanes[i] = score > lanes[i] ? score : lanes[i];
                }
            }
            REAL most = lanes[0];
            for (i32 i = 1; i < LANES; i++) {
                most = lanes[i] > most ? lanes[i] : most;
            }
            /* Nothing seen so far: then weights are 0, not the exponential of a difference of infinities. */
            shrink[r] = most == -TN_INFINITY ? (REAL)1 : exp(largest[r] - most);
            largest[r] = most;
            REAL base = most == -TN_INFINITY ? (REAL)0 : most;
            for (i32 c = 0; c < TILE; c++) {
                weights[r * TILE + c] = exp(weights[r * TILE + c] - base);
            }
            for (i32 i = 0; i < LANES; i++) {
                lanes[i] = 0;
            }
            for (i32 c = 0; c < TILE; c += LANES) {
#pragma unroll
                for (i32 i = 0; i < LANES; i++) {
                    lanes[i] += weights[r * TILE + c + i];
                }
            }
            REAL sum = 0;
            for (i32 i = 0; i < LANES; i++) {
                sum += lanes[i];
            }
            total[r] = total[r] * shrink[r] + sum;
        }
#else
        for (i32 i = me; i < ROWS * TILE; i += GROUP) {
            i32 r = i / TILE;
            i32 c = i % TILE;
            i64 row = firstRow + r;
            i64 at = row % s.queries;
            REAL score = -TN_INFINITY;
            if (r < rows && from + c < end && tn_sees(&s, firstPosition + at, from + c)) {
                REAL dot = 0;
                for (i32 d = 0; d < HEAD; d++) {
                    dot = fma(q[r * HEAD + d], tile[d * TILE + c], dot);
                }
                score = tn_score(dot, scale, cap);
                if (TN_HAS_MASK(s)) {
                    score += mask[TN_PLACE4(s.mask, batch, keyHead * sharing + row / s.queries, at)
                                  + (from + c) * s.mask[4]];
                }
            }
            weights[i] = score;
        }
        TN_BARRIER();
#ifdef SUB_GROUPS
        /* A sub-group has a row. Those without one go along, since some drivers let a whole group wait where a sub-group exchanges. */
        for (i32 firstOfAll = 0; firstOfAll < ROWS; firstOfAll += TN_SUB_GROUP_COUNT()) {
            i32 r = firstOfAll + TN_SUB_GROUP_ID();
            i32 columns = r < ROWS ? TILE : 0;
            REAL before = r < ROWS ? largest[r] : (REAL)-TN_INFINITY;
            REAL most = before;
            for (i32 c = TN_SUB_GROUP_ITEM(); c < columns; c += TN_SUB_GROUP_SIZE()) {
                most = TN_LARGER(weights[r * TILE + c], most);
            }
            TN_ACROSS(REAL, most, TN_LARGER)
            /* Nothing seen so far: then weights are 0, not the exponential of a difference of infinities. */
            REAL base = most == -TN_INFINITY ? (REAL)0 : most;
            REAL sum = 0;
            for (i32 c = TN_SUB_GROUP_ITEM(); c < columns; c += TN_SUB_GROUP_SIZE()) {
                REAL weight = exp(weights[r * TILE + c] - base);
                weights[r * TILE + c] = weight;
                sum += weight;
            }
            TN_ACROSS(REAL, sum, TN_ADD)
            if (r < ROWS && TN_SUB_GROUP_ITEM() == 0) {
                REAL factor = most == -TN_INFINITY ? (REAL)1 : exp(before - most);
                shrink[r] = factor;
                total[r] = total[r] * factor + sum;
                largest[r] = most;
            }
        }
#else
        for (i32 r = me; r < ROWS; r += GROUP) {
            REAL most = largest[r];
            for (i32 c = 0; c < TILE; c++) {
                most = weights[r * TILE + c] > most ? weights[r * TILE + c] : most;
            }
            /* Nothing seen so far: then weights are 0, not the exponential of a difference of infinities. */
            shrink[r] = most == -TN_INFINITY ? (REAL)1 : exp(largest[r] - most);
            largest[r] = most;
        }
        TN_BARRIER();
        for (i32 i = me; i < ROWS * TILE; i += GROUP) {
            REAL most = largest[i / TILE];
            weights[i] = most == -TN_INFINITY ? (REAL)0 : exp(weights[i] - most);
        }
        TN_BARRIER();
        for (i32 r = me; r < ROWS; r += GROUP) {
            REAL sum = 0;
            for (i32 c = 0; c < TILE; c++) {
                sum += weights[r * TILE + c];
            }
            total[r] = total[r] * shrink[r] + sum;
        }
#endif
#endif
        /* Every item is done with the keys. */
        load_values(value, table, &s, batch, keyHead, from, end, tile, me);
        TN_BARRIER();
#if GROUP == 1
        for (i32 r = 0; r < ROWS; r += BLOCK) {
            for (i32 d = 0; d < PADDED; d += 16) {
                REAL block[BLOCK][16];
#pragma unroll
                for (i32 b = 0; b < BLOCK; b++) {
#pragma unroll
                    for (i32 j = 0; j < 16; j++) {
                        block[b][j] = sums[(r + b) * PADDED + d + j] * shrink[r + b];
                    }
                }
                for (i32 c = 0; c < TILE; c++) {
#pragma unroll
                    for (i32 b = 0; b < BLOCK; b++) {
                        REAL x = weights[(r + b) * TILE + c];
#pragma unroll
                        for (i32 j = 0; j < 16; j++) {
                            block[b][j] = fma(x, tile[c * PADDED + d + j], block[b][j]);
                        }
                    }
                }
#pragma unroll
                for (i32 b = 0; b < BLOCK; b++) {
#pragma unroll
                    for (i32 j = 0; j < 16; j++) {
                        sums[(r + b) * PADDED + d + j] = block[b][j];
                    }
                }
            }
        }
#else
        for (i32 i = me; i < ROWS * WIDTH; i += GROUP) {
            i32 r = i / WIDTH;
            i32 d = i % WIDTH;
            REAL sum = sums[r * PADDED + d] * shrink[r];
            for (i32 c = 0; c < TILE; c++) {
                sum = fma(weights[r * TILE + c], tile[c * PADDED + d], sum);
            }
            sums[r * PADDED + d] = sum;
        }
#endif
    }
    TN_BARRIER();
    for (i32 i = me; i < rows * WIDTH; i += GROUP) {
        i32 r = i / WIDTH;
        i32 d = i % WIDTH;
        i64 row = firstRow + r;
        if (parts == 1) {
            REAL result = total[r] == 0 ? (REAL)0 : sums[r * PADDED + d] / total[r];
            TN_WRITE(QUERY)
            (out, TN_PLACE4(s.out, batch, keyHead * sharing + row / s.queries, row % s.queries) + d * s.out[4], result);
        } else {
            partial[((pair * allRows + row) * parts + part) * (WIDTH + 2) + d] = sums[r * PADDED + d];
        }
    }
    for (i32 r = me; r < rows; r += GROUP) {
        i64 row = firstRow + r;
        if (parts > 1) {
            TN_GLOBAL REAL *to =
                partial + ((pair * allRows + row) * parts + part) * (WIDTH + 2) + WIDTH;
            to[0] = largest[r];
            to[1] = total[r];
        } else if (keepsSums != 0) {
            logSumExp[TN_PLACE4(s.sums, batch, keyHead * sharing + row / s.queries, row % s.queries)] =
                total[r] == 0 ? (REAL)-TN_INFINITY : largest[r] + log(total[r]);
        }
    }
}

/* An item an element of the result: the parts' sums, each in proportion to its own largest score. */
TN_KERNEL attention_join(const TN_GLOBAL REAL *partial, TN_GLOBAL QUERY_STORAGE *out, TN_GLOBAL REAL *logSumExp,
                         const AttentionShape s, const i64 parts, const i32 keepsSums) {
    TN_SIZES(s)
    i64 index = TN_GLOBAL_ID();
    if (index >= s.batch * s.heads * s.queries * WIDTH) {
        return;
    }
    i64 row = index / WIDTH;
    i64 d = index % WIDTH;
    const TN_GLOBAL REAL *from = partial + row * parts * (WIDTH + 2);
    REAL most = -TN_INFINITY;
    for (i64 part = 0; part < parts; part++) {
        REAL m = from[part * (WIDTH + 2) + WIDTH];
        most = m > most ? m : most;
    }
    REAL total = 0;
    REAL sum = 0;
    for (i64 part = 0; part < parts; part++) {
        REAL m = from[part * (WIDTH + 2) + WIDTH];
        REAL share = m == -TN_INFINITY ? (REAL)0 : exp(m - most);
        total += share * from[part * (WIDTH + 2) + WIDTH + 1];
        sum += share * from[part * (WIDTH + 2) + d];
    }
    i64 batch = row / (s.heads * s.queries);
    i64 head = row / s.queries % s.heads;
    i64 at = row % s.queries;
    TN_WRITE(QUERY)(out, TN_PLACE4(s.out, batch, head, at) + d * s.out[4], total == 0 ? (REAL)0 : sum / total);
    if (d == 0 && keepsSums != 0) {
        logSumExp[TN_PLACE4(s.sums, batch, head, at)] = total == 0 ? (REAL)-TN_INFINITY : most + log(total);
    }
}
