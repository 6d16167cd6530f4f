/*
 * GGUF's quantized blocks as the matrix kernels take them apart: small whole numbers, which are exact in BF16 and F16, and a scale
 * and a minimum for 32 of them (for 16: Q6_K): an element is scale * number + minimum. A Raw is a thread's share of a
 * part of 32 elements: those from 4 * piece on and those from 16 + 4 * piece on, four each, as they are in memory, so that loads can
 * be under way while earlier parts are multiplied. Blocks start on even addresses.
 */
#pragma once
#include "element.h"

struct Raw {
    /* Bytes, or halves of bytes, of both groups of four. */
    u32 low, high;
    /* Further bits of them. */
    u32 lowBits, highBits;
    /* F16 scale, and F16 minimum or the like above it. */
    u32 unit;
    /* Scales of a larger block's parts. */
    u32 scales;
};

TN_FUNCTION u32 half_word(const u8 *at) {
    return *(const u16 *)at;
}
TN_FUNCTION u32 word_at(const u8 *at) {
    return half_word(at) | half_word(at + 2) << 16;
}
/* Byte i. */
TN_FUNCTION i32 byte_of(u32 word, u32 i) {
    return (i32)(word >> 8 * i & 0xFF);
}
TN_FUNCTION f32 unit_low(const Raw &r) {
    return from_f16((u16)r.unit);
}
TN_FUNCTION f32 unit_high(const Raw &r) {
    return from_f16((u16)(r.unit >> 16));
}

struct Q8_0 {
    static const u32 BYTES = 34, PARTS = 1;
    static const bool MINIMUM = false, TWO_SCALES = false;
    static __device__ __forceinline__ void load(Raw &r, const u8 *block, u32 part, u32 piece) {
        r.unit = half_word(block);
        r.low = word_at(block + 2 + 4 * piece);
        r.high = word_at(block + 18 + 4 * piece);
    }
    static __device__ __forceinline__ void numbers(const Raw &r, u32 part, u32 piece, i32 *v) {
        for (u32 i = 0; i < 4; i++) {
            v[i] = (i8)byte_of(r.low, i);
            v[4 + i] = (i8)byte_of(r.high, i);
        }
    }
    static __device__ __forceinline__ f32 scale(const Raw &r, u32 part, u32 half) {
        return unit_low(r);
    }
    static __device__ __forceinline__ f32 minimum(const Raw &r, u32 part) {
        return 0;
    }
};

/* Both groups are the halves of the same bytes. */
TN_FUNCTION void nibbles(const Raw &r, i32 offset, i32 *v) {
    for (u32 i = 0; i < 4; i++) {
        v[i] = (byte_of(r.low, i) & 15) - offset;
        v[4 + i] = (byte_of(r.low, i) >> 4) - offset;
    }
}
/* The same with a fifth bit of element e in bit e of lowBits. */
TN_FUNCTION void fifths(const Raw &r, u32 piece, i32 offset, i32 *v) {
    for (u32 i = 0; i < 4; i++) {
        i32 low = (i32)(r.lowBits >> (4 * piece + i) & 1) << 4;
        i32 high = (i32)(r.lowBits >> (16 + 4 * piece + i) & 1) << 4;
        v[i] = ((byte_of(r.low, i) & 15) | low) - offset;
        v[4 + i] = ((byte_of(r.low, i) >> 4) | high) - offset;
    }
}

struct Q4_0 {
    static const u32 BYTES = 18, PARTS = 1;
    static const bool MINIMUM = false, TWO_SCALES = false;
    static __device__ __forceinline__ void load(Raw &r, const u8 *block, u32 part, u32 piece) {
        r.unit = half_word(block);
        r.low = word_at(block + 2 + 4 * piece);
    }
    static __device__ __forceinline__ void numbers(const Raw &r, u32 part, u32 piece, i32 *v) {
        nibbles(r, 8, v);
    }
    static __device__ __forceinline__ f32 scale(const Raw &r, u32 part, u32 half) {
        return unit_low(r);
    }
    static __device__ __forceinline__ f32 minimum(const Raw &r, u32 part) {
        return 0;
    }
};

struct Q4_1 {
    static const u32 BYTES = 20, PARTS = 1;
    static const bool MINIMUM = true, TWO_SCALES = false;
    static __device__ __forceinline__ void load(Raw &r, const u8 *block, u32 part, u32 piece) {
        r.unit = word_at(block);
        r.low = word_at(block + 4 + 4 * piece);
    }
    static __device__ __forceinline__ void numbers(const Raw &r, u32 part, u32 piece, i32 *v) {
        nibbles(r, 0, v);
    }
    static __device__ __forceinline__ f32 scale(const Raw &r, u32 part, u32 half) {
        return unit_low(r);
    }
    static __device__ __forceinline__ f32 minimum(const Raw &r, u32 part) {
        return unit_high(r);
    }
};

struct Q5_0 {
    static const u32 BYTES = 22, PARTS = 1;
    static const bool MINIMUM = false, TWO_SCALES = false;
    static __device__ __forceinline__ void load(Raw &r, const u8 *block, u32 part, u32 piece) {
        r.unit = half_word(block);
        r.lowBits = word_at(block + 2);
        r.low = word_at(block + 6 + 4 * piece);
    }
    static __device__ __forceinline__ void numbers(const Raw &r, u32 part, u32 piece, i32 *v) {
        fifths(r, piece, 16, v);
    }
    static __device__ __forceinline__ f32 scale(const Raw &r, u32 part, u32 half) {
        return unit_low(r);
    }
    static __device__ __forceinline__ f32 minimum(const Raw &r, u32 part) {
        return 0;
    }
};

struct Q5_1 {
    static const u32 BYTES = 24, PARTS = 1;
    static const bool MINIMUM = true, TWO_SCALES = false;
    static __device__ __forceinline__ void load(Raw &r, const u8 *block, u32 part, u32 piece) {
        r.unit = word_at(block);
        r.lowBits = word_at(block + 4);
        r.low = word_at(block + 8 + 4 * piece);
    }
    static __device__ __forceinline__ void numbers(const Raw &r, u32 part, u32 piece, i32 *v) {
        fifths(r, piece, 0, v);
    }
    static __device__ __forceinline__ f32 scale(const Raw &r, u32 part, u32 half) {
        return unit_low(r);
    }
    static __device__ __forceinline__ f32 minimum(const Raw &r, u32 part) {
        return unit_high(r);
    }
};

/* The six-bit scale (bits 0 to 5 of the result) and minimum (8 to 13) of one of eight parts, from 12 bytes. */
TN_FUNCTION u32 scales_of_8(const u8 *scales, u32 part) {
    if (part < 4) {
        return (u32)(scales[part] & 63) | (u32)(scales[part + 4] & 63) << 8;
    }
    return (u32)(scales[part + 4] & 15) | (u32)(scales[part - 4] >> 6) << 4
           | ((u32)(scales[part + 4] >> 4) | (u32)(scales[part] >> 6) << 4) << 8;
}

struct Q4_K {
    static const u32 BYTES = 144, PARTS = 8;
    static const bool MINIMUM = true, TWO_SCALES = false;
    static __device__ __forceinline__ void load(Raw &r, const u8 *block, u32 part, u32 piece) {
        r.unit = word_at(block);
        r.scales = scales_of_8(block + 4, part);
        r.low = word_at(block + 16 + (part >> 1) * 32 + 4 * piece);
        r.high = word_at(block + 32 + (part >> 1) * 32 + 4 * piece);
    }
    static __device__ __forceinline__ void numbers(const Raw &r, u32 part, u32 piece, i32 *v) {
        u32 shift = (part & 1) * 4;
        for (u32 i = 0; i < 4; i++) {
            v[i] = byte_of(r.low, i) >> shift & 15;
            v[4 + i] = byte_of(r.high, i) >> shift & 15;
        }
    }
    static __device__ __forceinline__ f32 scale(const Raw &r, u32 part, u32 half) {
        return unit_low(r) * (f32)(r.scales & 63);
    }
    static __device__ __forceinline__ f32 minimum(const Raw &r, u32 part) {
        return -unit_high(r) * (f32)(r.scales >> 8);
    }
};

struct Q5_K {
    static const u32 BYTES = 176, PARTS = 8;
    static const bool MINIMUM = true, TWO_SCALES = false;
    static __device__ __forceinline__ void load(Raw &r, const u8 *block, u32 part, u32 piece) {
        r.unit = word_at(block);
        r.scales = scales_of_8(block + 4, part);
        r.lowBits = word_at(block + 16 + 4 * piece);
        r.highBits = word_at(block + 32 + 4 * piece);
        r.low = word_at(block + 48 + (part >> 1) * 32 + 4 * piece);
        r.high = word_at(block + 64 + (part >> 1) * 32 + 4 * piece);
    }
    static __device__ __forceinline__ void numbers(const Raw &r, u32 part, u32 piece, i32 *v) {
        u32 shift = (part & 1) * 4;
        for (u32 i = 0; i < 4; i++) {
            v[i] = (byte_of(r.low, i) >> shift & 15) | (byte_of(r.lowBits, i) >> part & 1) << 4;
            v[4 + i] = (byte_of(r.high, i) >> shift & 15) | (byte_of(r.highBits, i) >> part & 1) << 4;
        }
    }
    static __device__ __forceinline__ f32 scale(const Raw &r, u32 part, u32 half) {
        return unit_low(r) * (f32)(r.scales & 63);
    }
    static __device__ __forceinline__ f32 minimum(const Raw &r, u32 part) {
        return -unit_high(r) * (f32)(r.scales >> 8);
    }
};

struct Q6_K {
    static const u32 BYTES = 210, PARTS = 8;
    static const bool MINIMUM = false, TWO_SCALES = true;
    static __device__ __forceinline__ void load(Raw &r, const u8 *block, u32 part, u32 piece) {
        const u8 *low = block + (part >> 2) * 64 + (part & 1) * 32 + 4 * piece;
        const u8 *bits = block + 128 + (part >> 2) * 32 + 4 * piece;
        r.unit = half_word(block + 208);
        r.scales = half_word(block + 192 + 2 * part);
        r.low = word_at(low);
        r.high = word_at(low + 16);
        r.lowBits = word_at(bits);
        r.highBits = word_at(bits + 16);
    }
    static __device__ __forceinline__ void numbers(const Raw &r, u32 part, u32 piece, i32 *v) {
        u32 shift = part >> 1 & 1 ? 4 : 0;
        u32 pair = 2 * (part & 3);
        for (u32 i = 0; i < 4; i++) {
            v[i] = ((byte_of(r.low, i) >> shift & 15) | (byte_of(r.lowBits, i) >> pair & 3) << 4) - 32;
            v[4 + i] = ((byte_of(r.high, i) >> shift & 15) | (byte_of(r.highBits, i) >> pair & 3) << 4) - 32;
        }
    }
    static __device__ __forceinline__ f32 scale(const Raw &r, u32 part, u32 half) {
        return unit_low(r) * (f32)(i8)byte_of(r.scales, half);
    }
    static __device__ __forceinline__ f32 minimum(const Raw &r, u32 part) {
        return 0;
    }
};
