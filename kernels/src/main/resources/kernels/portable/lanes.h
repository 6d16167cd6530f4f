/*
 * Sixteen values at once: a vector register on a CPU, sixteen of a work item's registers on a GPU. f32x16 and i32x16 have the
 * operators of their elements, also with a scalar on the right. lanes_F32, lanes_F16 and lanes_BF16 load sixteen elements,
 * lanes_u8 and lanes_i8 sixteen bytes. lanes_set has 16 where a lane has the bit and 0 elsewhere, lanes_bits 16 where the word
 * has the bit of the lane's number.
 */
#ifdef __CUDACC__

struct i32x16 {
    i32 lane[16];
};
struct f32x16 {
    f32 lane[16];
};
#define LANES_OPERATOR(type, scalar, operator_)                                                                        \
    TN_FUNCTION type operator operator_(type a, const type &b) {                                                       \
        for (i32 i = 0; i < 16; i++) {                                                                                 \
            a.lane[i] = a.lane[i] operator_ b.lane[i];                                                                 \
        }                                                                                                              \
        return a;                                                                                                      \
    }                                                                                                                  \
    TN_FUNCTION type operator operator_(type a, scalar b) {                                                            \
        for (i32 i = 0; i < 16; i++) {                                                                                 \
            a.lane[i] = a.lane[i] operator_ b;                                                                         \
        }                                                                                                              \
        return a;                                                                                                      \
    }
LANES_OPERATOR(i32x16, i32, +)
LANES_OPERATOR(i32x16, i32, -)
LANES_OPERATOR(i32x16, i32, |)
LANES_OPERATOR(i32x16, i32, &)
LANES_OPERATOR(i32x16, i32, <<)
LANES_OPERATOR(i32x16, i32, >>)
LANES_OPERATOR(f32x16, f32, +)
LANES_OPERATOR(f32x16, f32, -)
LANES_OPERATOR(f32x16, f32, *)
#define LANES_FILL(result, value)                                                                                      \
    for (i32 i = 0; i < 16; i++) {                                                                                     \
        (result).lane[i] = value;                                                                                      \
    }
TN_FUNCTION i32x16 lanes_u8(const u8 *from) {
    i32x16 to;
    LANES_FILL(to, from[i])
    return to;
}
TN_FUNCTION i32x16 lanes_i8(const u8 *from) {
    i32x16 to;
    LANES_FILL(to, (i8)from[i])
    return to;
}
TN_FUNCTION i32x16 lanes_bits(u32 word) {
    i32x16 to;
    LANES_FILL(to, (i32)(word >> i & 1) << 4)
    return to;
}
TN_FUNCTION f32x16 lanes_F32(const f32 *from) {
    f32x16 to;
    LANES_FILL(to, from[i])
    return to;
}
TN_FUNCTION f32x16 lanes_F16(const u16 *from) {
    f32x16 to;
    LANES_FILL(to, load_F16(from, i))
    return to;
}
TN_FUNCTION f32x16 lanes_BF16(const u16 *from) {
    f32x16 to;
    LANES_FILL(to, load_BF16(from, i))
    return to;
}
TN_FUNCTION i32x16 lanes_set(i32x16 a, i32 bit) {
    LANES_FILL(a, (a.lane[i] & bit) != 0 ? 16 : 0)
    return a;
}
TN_FUNCTION f32x16 lanes_f32(const i32x16 &a) {
    f32x16 to;
    LANES_FILL(to, (f32)a.lane[i])
    return to;
}
TN_FUNCTION f32x16 lanes_splat(f32 value) {
    f32x16 to;
    LANES_FILL(to, value)
    return to;
}
TN_FUNCTION void lanes_store(const f32x16 &a, f32 *to) {
    for (i32 i = 0; i < 16; i++) {
        to[i] = a.lane[i];
    }
}
TN_FUNCTION f32x16 lanes_fma(const f32x16 &a, const f32x16 &b, f32x16 c) {
    LANES_FILL(c, fmaf(a.lane[i], b.lane[i], c.lane[i]))
    return c;
}

#else

typedef int16 i32x16;
typedef float16 f32x16;
/* Clang's own conversion of vectors is one instruction where OpenCL's function may be sixteen. */
#ifdef __clang__
#define LANES_CONVERT(value, type) __builtin_convertvector(value, type)
#else
#define LANES_CONVERT(value, type) TN_CAT(convert_, type)(value)
#endif
TN_FUNCTION i32x16 lanes_u8(const TN_GLOBAL u8 *from) {
    return LANES_CONVERT(vload16(0, from), int16);
}
TN_FUNCTION i32x16 lanes_i8(const TN_GLOBAL u8 *from) {
    return LANES_CONVERT(vload16(0, (const TN_GLOBAL i8 *)from), int16);
}
TN_FUNCTION f32x16 lanes_F32(const TN_GLOBAL f32 *from) {
    return vload16(0, from);
}
TN_FUNCTION f32x16 lanes_F16(const TN_GLOBAL u16 *from) {
    return (f32x16)(load_F16(from, 0), load_F16(from, 1), load_F16(from, 2), load_F16(from, 3), load_F16(from, 4),
                    load_F16(from, 5), load_F16(from, 6), load_F16(from, 7), load_F16(from, 8), load_F16(from, 9),
                    load_F16(from, 10), load_F16(from, 11), load_F16(from, 12), load_F16(from, 13), load_F16(from, 14),
                    load_F16(from, 15));
}
TN_FUNCTION f32x16 lanes_BF16(const TN_GLOBAL u16 *from) {
    return as_float16(LANES_CONVERT(vload16(0, from), uint16) << 16);
}
TN_FUNCTION i32x16 lanes_set(i32x16 a, i32 bit) {
    return ((a & bit) != 0) & 16;
}
TN_FUNCTION i32x16 lanes_bits(u32 word) {
    i32x16 bit = (i32x16)(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
    return (((i32x16)(i32)word & bit) != 0) & 16;
}
TN_FUNCTION f32x16 lanes_f32(i32x16 a) {
    return LANES_CONVERT(a, float16);
}
TN_FUNCTION f32x16 lanes_splat(f32 value) {
    return (f32x16)value;
}
#define lanes_store(value, to) vstore16(value, 0, to)
#define lanes_fma(a, b, c) fma(a, b, c)

#endif

/* 32 elements, one after the other. */
typedef struct {
    f32x16 low;
    f32x16 high;
} Tn32;

TN_FUNCTION void lanes_spread(Tn32 from, f32 *to) {
    lanes_store(from.low, to);
    lanes_store(from.high, to + 16);
}
