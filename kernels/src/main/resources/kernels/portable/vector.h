/*
 * VECTOR neighbours at once, in accesses of up to 16 bytes. The host chooses VECTOR for what a device moves at best, and more than
 * 1 only where the neighbours lie one after another in each operand, from an address that is a multiple of the access. They are values[0] to
 * values[VECTOR - 1], and in registers as long as every loop over them is unrolled.
 */
#define TN_UNROLL _Pragma("unroll")
#define TN_EACH(j) TN_UNROLL for (i32 j = 0; j < VECTOR; j++)

#if VECTOR == 1
#define TN_READ(type, values, from, at) (values)[0] = TN_LOAD(type)(from, at);
#define TN_PUT(type, values, to, at) TN_WRITE(type)(to, at, (values)[0]);
#define TN_READ_UNITS(unit, values, from, at) (values)[0] = (from)[at];
#define TN_PUT_UNITS(unit, values, to, at) (to)[at] = (values)[0];
#define TN_STANDS(axes, k) 0
#define TN_READ_RUN(type, values, from, base, i, step, wide) TN_READ(type, values, from, (base) + (i) * (step))
#define TN_PUT_RUN(type, values, to, base, i, step, wide) TN_PUT(type, values, to, (base) + (i) * (step))
#else

/* 1, 2, or a multiple of 4 words. */
TN_FUNCTION void tn_fetch(u32 *words, const TN_GLOBAL u32 *from, const i32 count) {
    if (count == 1) {
        words[0] = from[0];
    } else if (count == 2) {
        uint2 two = *(const TN_GLOBAL uint2 *)from;
        words[0] = two.x;
        words[1] = two.y;
    }
    TN_UNROLL
    for (i32 w = 0; w + 4 <= count; w += 4) {
        uint4 four = *(const TN_GLOBAL uint4 *)(from + w);
        words[w] = four.x;
        words[w + 1] = four.y;
        words[w + 2] = four.z;
        words[w + 3] = four.w;
    }
}

TN_FUNCTION void tn_place(const u32 *words, TN_GLOBAL u32 *to, const i32 count) {
    if (count == 1) {
        to[0] = words[0];
    } else if (count == 2) {
        uint2 two;
        two.x = words[0];
        two.y = words[1];
        *(TN_GLOBAL uint2 *)to = two;
    }
    TN_UNROLL
    for (i32 w = 0; w + 4 <= count; w += 4) {
        uint4 four;
        four.x = words[w];
        four.y = words[w + 1];
        four.z = words[w + 2];
        four.w = words[w + 3];
        *(TN_GLOBAL uint4 *)(to + w) = four;
    }
}

#define TN_WORDS(unit) ((i32)(VECTOR * sizeof(unit) / 4))
/* The same bytes as elements and as words. */
#define TN_BITS(unit)                                                                                                  \
    union {                                                                                                            \
        unit each[VECTOR];                                                                                             \
        u32 words[TN_WORDS(unit)];                                                                                     \
    } tn_bits;
#define TN_READ_BITS(unit, convert, values, from, at)                                                                  \
    {                                                                                                                  \
        TN_BITS(unit)                                                                                                  \
        tn_fetch(tn_bits.words, (const TN_GLOBAL u32 *)((from) + (at)), TN_WORDS(unit));                               \
        TN_EACH(tn_j) {                                                                                                \
            (values)[tn_j] = convert(tn_bits.each[tn_j]);                                                              \
        }                                                                                                              \
    }
#define TN_PUT_BITS(unit, convert, values, to, at)                                                                     \
    {                                                                                                                  \
        TN_BITS(unit)                                                                                                  \
        TN_EACH(tn_j) {                                                                                                \
            tn_bits.each[tn_j] = convert((values)[tn_j]);                                                              \
        }                                                                                                              \
        tn_place(tn_bits.words, (TN_GLOBAL u32 *)((to) + (at)), TN_WORDS(unit));                                       \
    }
#define TN_READ(type, values, from, at) TN_READ_BITS(TN_STORAGE(type), TN_FROM(type), values, from, at)
#define TN_PUT(type, values, to, at) TN_PUT_BITS(TN_STORAGE(type), TN_TO(type), values, to, at)
#define TN_READ_UNITS(unit, values, from, at) TN_READ_BITS(unit, (unit), values, from, at)
#define TN_PUT_UNITS(unit, values, to, at) TN_PUT_BITS(unit, (unit), values, to, at)
/* Whether operand k repeats one element along the last axis: then all neighbours are that. */
#define TN_STANDS(axes, k) ((axes).stride[k][(axes).rank - 1] == 0)
/* Elements i to i + VECTOR - 1 of a line that begins at base; only if it is wide they are neighbours. */
#define TN_READ_RUN(type, values, from, base, i, step, wide)                                                           \
    if (wide) {                                                                                                        \
        TN_READ(type, values, from, (base) + (i))                                                                      \
    } else {                                                                                                           \
        TN_EACH(tn_j) {                                                                                                \
            (values)[tn_j] = TN_LOAD(type)(from, (base) + ((i) + tn_j) * (step));                                      \
        }                                                                                                              \
    }
#define TN_PUT_RUN(type, values, to, base, i, step, wide)                                                              \
    if (wide) {                                                                                                        \
        TN_PUT(type, values, to, (base) + (i))                                                                         \
    } else {                                                                                                           \
        TN_EACH(tn_j) {                                                                                                \
            TN_WRITE(type)(to, (base) + ((i) + tn_j) * (step), (values)[tn_j]);                                        \
        }                                                                                                              \
    }
#endif

/* Of operand k, which may stand still. */
#define TN_READ_OPERAND(type, values, from, axes, at, k)                                                               \
    if (TN_STANDS(axes, k)) {                                                                                          \
        TN_COMPUTE(type) tn_one = TN_LOAD(type)(from, (at)[k]);                                                        \
        TN_EACH(tn_j) {                                                                                                \
            (values)[tn_j] = tn_one;                                                                                   \
        }                                                                                                              \
    } else {                                                                                                           \
        TN_READ(type, values, from, (at)[k])                                                                           \
    }
