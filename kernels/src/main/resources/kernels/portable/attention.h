/*
 * What the attention kernels share. Groups are counted along one axis. Rows are the queries of all heads that share a key head: row i is query i % queries of
 * head i / queries among them. QUERY and KEY are types; REAL the one that is computed in. HEAD and WIDTH are the sizes of a
 * key and of a value. PAGED: keys lie in pages; QUANT: keys and values are Q8_0, and their strides but the last count
 * blocks. HAS_MASK and HAS_LENGTHS say which operands are there. With AHEAD, AttentionShape says that and the sizes of heads and
 * tiles, which share the local memory that a launch asks for (in OpenCL, which must know how much, all that it may ask for).
 */
#define REAL TN_COMPUTE(QUERY)
#define QUERY_STORAGE TN_STORAGE(QUERY)
#ifdef QUANT
#include "quant.h"
#define KEY_STORAGE u8
#else
#define KEY_STORAGE TN_STORAGE(KEY)
#endif

typedef struct {
    i64 batch;
    i64 heads;
    i64 queries;
    i64 keyHeads;
    i64 keys;
    i64 causal;
    i64 window;
    i64 query[5];
    i64 key[5];
    i64 value[5];
    i64 out[5];
    i64 sums[4];
    i64 mask[5];
    i64 lengths[2];
    i64 table[3];
    i64 pageSize;
    i64 head;
    i64 width;
    i64 tileRows;
    i64 tileKeys;
    i64 hasMask;
    i64 hasLengths;
} AttentionShape;

#ifdef AHEAD
#define TN_SIZES(s)                                                                                                    \
    const i32 HEAD = (i32)(s).head;                                                                                    \
    const i32 WIDTH = (i32)(s).width;                                                                                  \
    const i32 ROWS = (i32)(s).tileRows;                                                                                \
    const i32 TILE = (i32)(s).tileKeys;
#ifdef __CUDACC__
#define TN_LOCAL_SPACE                                                                                                 \
    extern __shared__ REAL tn_space[];                                                                                 \
    REAL *tn_free = tn_space;
#else
#define TN_LOCAL_SPACE                                                                                                 \
    TN_LOCAL REAL tn_space[48 * 1024 / sizeof(REAL)];                                                                  \
    TN_LOCAL_POINTER REAL *tn_free = tn_space;
#endif
#define TN_LOCAL_NUMBERS(name, count)                                                                                  \
    TN_LOCAL_POINTER REAL *name = tn_free;                                                                             \
    tn_free += count;
#define TN_HAS_MASK(s) ((s).hasMask != 0)
#define TN_HAS_LENGTHS(s) ((s).hasLengths != 0)
#else
#define TN_SIZES(s)
#define TN_LOCAL_SPACE
#define TN_LOCAL_NUMBERS(name, count) TN_LOCAL REAL name[count];
#ifdef HAS_MASK
#define TN_HAS_MASK(s) 1
#else
#define TN_HAS_MASK(s) 0
#endif
#ifdef HAS_LENGTHS
#define TN_HAS_LENGTHS(s) 1
#else
#define TN_HAS_LENGTHS(s) 0
#endif
#endif

/* Base and strides are kept as one array: where element (a, b, c) begins. */
#define TN_PLACE4(p, a, b, c) ((p)[0] + (a) * (p)[1] + (b) * (p)[2] + (c) * (p)[3])

/* Where a key's or value's elements begin; p are its base and strides. */
TN_FUNCTION i64 tn_key_place(const i64 *p, const AttentionShape *s, const TN_GLOBAL i32 *table, i64 batch, i64 head,
                             i64 position) {
#ifdef PAGED
    i64 page = table[s->table[0] + batch * s->table[1] + position / s->pageSize * s->table[2]];
    return TN_PLACE4(p, page, position % s->pageSize, head);
#else
    return TN_PLACE4(p, batch, head, position);
#endif
}

/* How many keys a row of the batch has, and at which position its first query stands. */
TN_FUNCTION i64 tn_length(const AttentionShape *s, const TN_GLOBAL i32 *lengths, i64 batch) {
    if (!TN_HAS_LENGTHS(*s)) {
        return s->keys;
    }
    i64 length = lengths[s->lengths[0] + batch * s->lengths[1]];
    return length < s->keys ? length : s->keys;
}

TN_FUNCTION i32 tn_sees(const AttentionShape *s, i64 position, i64 key) {
    return s->causal == 0 || (key <= position && (s->window == 0 || key > position - s->window));
}

/* The score of a dot product before the mask. */
TN_FUNCTION REAL tn_score(REAL dot, REAL scale, REAL cap) {
    REAL score = dot * scale;
    return cap == 0 ? score : cap * tanh(score / cap);
}
