/*
 * Sixteen values at once: a vector register on a CPU, sixteen of a work item's registers on a GPU, or four for bytes. f32x16 has the
 * operators of its elements, also with a scalar on the right. lanes_F32, lanes_F16 and lanes_BF16 load sixteen elements, lanes_i8
 * sixteen signed bytes.
 *
 * bytes_2, bytes_4 and bytes_16 load sixteen bytes from an address that is a multiple of 2, 4 or 16. bytes_moved is (x << up >> down) & mask for each
 * byte, where mask has only bits that stem from the byte itself; bytes_of_bits has 16 where the word has the bit of the byte's number and 0 elsewhere. lanes_bytes is each byte less the offset.
 */
#ifdef __CUDACC__

struct u8x16 {
    u32 word[4];
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
LANES_OPERATOR(f32x16, f32, +)
LANES_OPERATOR(f32x16, f32, -)
LANES_OPERATOR(f32x16, f32, *)
#define LANES_FILL(result, value)                                                                                      \
    for (i32 i = 0; i < 16; i++) {                                                                                     \
        (result).lane[i] = value;                                                                                      \
    }
#define BYTES_FILL(result, value)                                                                                      \
    u8x16 result;                                                                                                      \
    for (i32 i = 0; i < 4; i++) {                                                                                      \
        result.word[i] = value;                                                                                        \
    }
TN_FUNCTION u8x16 bytes_2(const u8 *from) {
    const u16 *halves = (const u16 *)from;
    BYTES_FILL(to, halves[2 * i] | (u32)halves[2 * i + 1] << 16)
    return to;
}
TN_FUNCTION u8x16 bytes_4(const u8 *from) {
    BYTES_FILL(to, ((const u32 *)from)[i])
    return to;
}
TN_FUNCTION u8x16 bytes_16(const u8 *from) {
    uint4 four = *(const uint4 *)from;
    u8x16 to = {{four.x, four.y, four.z, four.w}};
    return to;
}
TN_FUNCTION u8x16 bytes_moved(const u8x16 &a, i32 up, i32 down, u32 mask) {
    BYTES_FILL(to, a.word[i] << up >> down & mask * 0x01010101u)
    return to;
}
TN_FUNCTION u8x16 bytes_or(const u8x16 &a, const u8x16 &b) {
    BYTES_FILL(to, a.word[i] | b.word[i])
    return to;
}
/* A product by ones in places 7 apart brings four neighbouring bits to the lowest bits of four bytes. */
TN_FUNCTION u8x16 bytes_of_bits(u32 word) {
    BYTES_FILL(to, ((word >> 4 * i & 15) * 0x00204081u & 0x01010101u) << 4)
    return to;
}
/* The byte becomes the lowest of 2^23's fraction: conversions of integers have a quarter of the rate. */
TN_FUNCTION f32x16 lanes_bytes(const u8x16 &a, i32 offset) {
    f32x16 to;
    LANES_FILL(to, __uint_as_float(__byte_perm(a.word[i / 4], 0x4B000000u, 0x7550 + i % 4)) - (f32)(8388608 + offset))
    return to;
}
TN_FUNCTION f32x16 lanes_i8(u8x16 a) {
    for (i32 i = 0; i < 4; i++) {
        a.word[i] ^= 0x80808080u;
    }
    return lanes_bytes(a, 128);
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
TN_FUNCTION f32 lanes_total(f32x16 a) {
    for (i32 width = 8; width > 0; width /= 2) {
        for (i32 i = 0; i < width; i++) {
            a.lane[i] += a.lane[i + width];
        }
    }
    return a.lane[0];
}
TN_FUNCTION f32x16 lanes_fma(const f32x16 &a, const f32x16 &b, f32x16 c) {
    LANES_FILL(c, fmaf(a.lane[i], b.lane[i], c.lane[i]))
    return c;
}

#else

typedef uchar16 u8x16;
typedef int16 i32x16;
typedef float16 f32x16;
/* Clang's own conversion of vectors is one instruction where OpenCL's function may be sixteen. */
#ifdef __clang__
#define LANES_CONVERT(value, type) __builtin_convertvector(value, type)
#ifdef __AVX512F__
#define LANES_TABLES
#endif
#else
#define LANES_CONVERT(value, type) TN_CAT(convert_, type)(value)
#endif
#define bytes_2(from) vload16(0, from)
#define bytes_4(from) vload16(0, from)
#define bytes_16(from) vload16(0, from)
TN_FUNCTION u8x16 bytes_moved(u8x16 a, i32 up, i32 down, u32 mask) {
    return a << (u8)up >> (u8)down & (u8)mask;
}
#define bytes_or(a, b) ((a) | (b))
TN_FUNCTION u8x16 bytes_of_bits(u32 word) {
    u8x16 bit = (u8x16)(1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128);
    u8x16 eight = (u8x16)((uchar8)(u8)word, (uchar8)(u8)(word >> 8));
    return as_uchar16((eight & bit) != (u8)0) & (u8)16;
}
TN_FUNCTION f32x16 lanes_i8(u8x16 a) {
    return LANES_CONVERT(LANES_CONVERT(as_char16(a), int16), float16);
}
TN_FUNCTION f32x16 lanes_bytes(u8x16 a, i32 offset) {
    return lanes_i8(a - (u8)offset);
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
#ifdef LANES_TABLES
TN_FUNCTION i32x16 lanes_widened(u8x16 bytes) {
    return LANES_CONVERT(bytes, int16);
}
/* One instruction of AVX-512: the table's lane whose number is in the four bits of each lane from `down` on. */
TN_FUNCTION f32x16 lanes_look(f32x16 table, i32x16 lanes, i32 down) {
    return __builtin_ia32_permvarsf512(table, lanes >> down);
}
/* The lanes whose bits the word has from the first, the others from the second. */
TN_FUNCTION f32x16 lanes_choose(u32 word, f32x16 inside, f32x16 outside) {
    return __builtin_ia32_selectps_512((u16)word, inside, outside);
}
#endif
/* One value in the lower eight lanes and another in the upper. */
TN_FUNCTION f32x16 lanes_halves(f32 low, f32 high) {
    return (f32x16)((float8)low, (float8)high);
}
TN_FUNCTION f32x16 lanes_splat(f32 value) {
    return (f32x16)value;
}
TN_FUNCTION f32 lanes_total(f32x16 a) {
    float8 eight = a.lo + a.hi;
    float4 four = eight.lo + eight.hi;
    float2 two = four.lo + four.hi;
    return two.x + two.y;
}
#define lanes_store(value, to) vstore16(value, 0, to)
#define lanes_fma(a, b, c) fma(a, b, c)

#endif

/* 32 elements, one after the other. */
typedef struct {
    f32x16 low;
    f32x16 high;
} Tn32;

TN_FUNCTION Tn32 lanes_both(f32x16 low, f32x16 high) {
    Tn32 x;
    x.low = low;
    x.high = high;
    return x;
}
TN_FUNCTION void lanes_spread(Tn32 from, f32 *to) {
    lanes_store(from.low, to);
    lanes_store(from.high, to + 16);
}
