/*
 * GGUF's quantized blocks in shared memory as fragments of a warpgroup's left operand: 64 lines of blocks, 32 terms at a time. A
 * thread has the terms 2 t, 2 t + 1 of each group of eight (t: lane % 4) of two lines. Numbers become 16-bit floats exactly, by the
 * bits of a float whose last one counts as 1, from which another one is taken away. Scales and minimums are those of blocks.h.
 *
 * A stage has STAGE_PARTS parts of 32 terms of each line: one large block, or four small ones. Blocks start on even addresses. Sums of
 * the right operand's terms come as BF16 numbers in slots, 32 for a stage, so that a product of 16 slots twice over adds up all
 * minimums of a stage: slot 8 j + p has piece j (of three) of part p's sum where minimums are whole numbers, times a factor; where they
 * are F16, which take two BF16 numbers, part p's piece j is in slots 8 j + p and 8 j + 4 + p.
 */
#pragma once
#include "blocks.h"
#include "wgmma_lines.h"

/* What is exact in 16 bits: whole numbers up to 127 less a small one. */
template <class T> struct WholeNumbers;
template <> struct WholeNumbers<Bf16> {
    /* 128: the next is 129. */
    static const u32 BASE = 0x4300;
    static __device__ __forceinline__ u32 minus(u32 a, u32 b) {
        return minus_bf16(a, b);
    }
    /* Of two's complement: seven bits, less 128 where the eighth is set. */
    static __device__ __forceinline__ u32 ofSigned(u32 bytes) {
        return minus(masked_onto<0x007F007Fu, 0x43004300u>(bytes), masked_onto<0x00800080u, 0x43004300u>(bytes));
    }
};
template <> struct WholeNumbers<F16> {
    /* 1024. */
    static const u32 BASE = 0x6400;
    static __device__ __forceinline__ u32 minus(u32 a, u32 b) {
        return minus_f16(a, b);
    }
    static __device__ __forceinline__ u32 ofSigned(u32 bytes) {
        return minus(bytes ^ 0x64806480u, 0x64806480u);
    }
};

/* Numbers less than 128 less an offset: the bits of MASK in each half, and more of them. */
template <class T, u32 MASK, u32 OFFSET> TN_FUNCTION u32 whole_numbers(u32 halves, u32 more) {
    const u32 BASE = WholeNumbers<T>::BASE;
    u32 bits = masked_onto<MASK * 0x10001u, BASE * 0x10001u>(halves) | more;
    return WholeNumbers<T>::minus(bits, (BASE + OFFSET) * 0x10001u);
}

/* pairs: of the groups of eight terms. Bytes of terms 16 apart are halves of one byte. */
template <class T, u32 OFFSET> TN_FUNCTION void nibble_pairs(u32 *pairs, u32 bytes, u32 bits, u32 t) {
#pragma unroll
    for (u32 j = 0; j < 2; j++) {
        u32 apart = bytes_apart(load_shared_half(bytes + 8 * j + 2 * t));
#pragma unroll
        for (u32 half = 0; half < 2; half++) {
            /* Two bits to the places of a fifth bit in both halves. */
            u32 fifth = (bits >> (8 * j + 16 * half) & 3) * 0x80010u & 0x00100010u;
            pairs[2 * half + j] = whole_numbers<T, 15, OFFSET>(apart >> 4 * half, fifth);
        }
    }
}

/* Bit 8 j and the next one are the thread's of the group j of eight terms. */
TN_FUNCTION u32 own_bits(u32 at, u32 t) {
    return (load_shared_half(at) | load_shared_half(at + 2) << 16) >> 2 * t;
}

TN_FUNCTION f32 shared_f16(u32 at) {
    return from_f16((u16)load_shared_half(at));
}

/* Four blocks of 32. */
template <class Format> struct SmallBlocks {
    static const u32 STAGE_PARTS = 4;

    /* Of both parts of a pair. */
    static __device__ __forceinline__ void scales(f32 *scales, u32 blocks, u32 part) {
        scales[0] = shared_f16(blocks + part * Format::BYTES);
        scales[1] = shared_f16(blocks + (part + 1) * Format::BYTES);
    }
    /* Two parts' minimums in two BF16 numbers, the first of which lanes with t < 2 have. */
    static __device__ __forceinline__ u32 minimums(u32 blocks, u32 t) {
        u32 at = blocks + t % 2 * 2 * Format::BYTES + 2;
        u32 low = as_u32(shared_f16(at));
        u32 high = as_u32(shared_f16(at + Format::BYTES));
        if (t >= 2) {
            low = as_u32(as_f32(low) - as_f32(low & 0xFFFF0000u));
            high = as_u32(as_f32(high) - as_f32(high & 0xFFFF0000u));
        }
        return low >> 16 | (high & 0xFFFF0000u);
    }
    static __device__ __forceinline__ f32 factor(u32 blocks) {
        return 1;
    }
};

template <class Format, class T> struct BlockFragments;

template <class T> struct BlockFragments<Q8_0, T> : SmallBlocks<Q8_0> {
    static __device__ __forceinline__ void pairs(u32 *pairs, u32 blocks, u32 part, u32 t) {
        u32 at = blocks + part * Q8_0::BYTES + 2 + 2 * t;
#pragma unroll
        for (u32 j = 0; j < 4; j++) {
            pairs[j] = WholeNumbers<T>::ofSigned(bytes_apart(load_shared_half(at + 8 * j)));
        }
    }
};
template <class T> struct BlockFragments<Q4_0, T> : SmallBlocks<Q4_0> {
    static __device__ __forceinline__ void pairs(u32 *pairs, u32 blocks, u32 part, u32 t) {
        nibble_pairs<T, 8>(pairs, blocks + part * Q4_0::BYTES + 2, 0, t);
    }
};
template <class T> struct BlockFragments<Q4_1, T> : SmallBlocks<Q4_1> {
    static __device__ __forceinline__ void pairs(u32 *pairs, u32 blocks, u32 part, u32 t) {
        nibble_pairs<T, 0>(pairs, blocks + part * Q4_1::BYTES + 4, 0, t);
    }
};
template <class T> struct BlockFragments<Q5_0, T> : SmallBlocks<Q5_0> {
    static __device__ __forceinline__ void pairs(u32 *pairs, u32 blocks, u32 part, u32 t) {
        u32 at = blocks + part * Q5_0::BYTES;
        nibble_pairs<T, 16>(pairs, at + 6, own_bits(at + 2, t), t);
    }
};
template <class T> struct BlockFragments<Q5_1, T> : SmallBlocks<Q5_1> {
    static __device__ __forceinline__ void pairs(u32 *pairs, u32 blocks, u32 part, u32 t) {
        u32 at = blocks + part * Q5_1::BYTES;
        nibble_pairs<T, 0>(pairs, at + 8, own_bits(at + 4, t), t);
    }
};

/* One block of 256 with six-bit scales and minimums. */
struct LargeBlock {
    static const u32 STAGE_PARTS = 8;

    /* Parts' six bits, from the low ones of the bytes at low, or from a half of those at further and the high ones of those at low. */
    static __device__ __forceinline__ u32 sixes(u32 low, u32 further, u32 part, u32 shift) {
        u32 first = bytes_apart(load_shared_half(low + part % 4));
        u32 second = bytes_apart(load_shared_half(further + part % 4)) >> shift;
        return part < 4 ? first & 0x003F003Fu : (second & 0x000F000Fu) | (first >> 2 & 0x00300030u);
    }
    static __device__ __forceinline__ void scales(f32 *scales, u32 blocks, u32 part) {
        f32 unit = shared_f16(blocks);
        u32 both = sixes(blocks + 4, blocks + 12, part, 0);
        scales[0] = unit * (f32)(both & 0xFFFF);
        scales[1] = unit * (f32)(both >> 16);
    }
    static __device__ __forceinline__ u32 minimums(u32 blocks, u32 t) {
        return whole_numbers<Bf16, 63, 0>(sixes(blocks + 8, blocks + 12, 2 * t, 4), 0);
    }
    static __device__ __forceinline__ f32 factor(u32 blocks) {
        return -shared_f16(blocks + 2);
    }
};
template <class T> struct BlockFragments<Q4_K, T> : LargeBlock {
    static __device__ __forceinline__ void pairs(u32 *pairs, u32 blocks, u32 part, u32 t) {
        u32 at = blocks + 16 + part / 2 * 32 + 2 * t;
#pragma unroll
        for (u32 j = 0; j < 4; j++) {
            u32 apart = bytes_apart(load_shared_half(at + 8 * j));
            pairs[j] = whole_numbers<T, 15, 0>(apart >> part % 2 * 4, 0);
        }
    }
};
template <class T> struct BlockFragments<Q5_K, T> : LargeBlock {
    static __device__ __forceinline__ void pairs(u32 *pairs, u32 blocks, u32 part, u32 t) {
        u32 at = blocks + 48 + part / 2 * 32 + 2 * t;
        u32 bits = blocks + 16 + 2 * t;
#pragma unroll
        for (u32 j = 0; j < 4; j++) {
            u32 apart = bytes_apart(load_shared_half(at + 8 * j));
            u32 fifth = bytes_apart(load_shared_half(bits + 8 * j)) >> part & 0x00010001u;
            pairs[j] = whole_numbers<T, 15, 0>(apart >> part % 2 * 4, fifth << 4);
        }
    }
};
template <class T> struct BlockFragments<Q6_K, T> {
    static const u32 STAGE_PARTS = 8;

    static __device__ __forceinline__ void pairs(u32 *pairs, u32 blocks, u32 part, u32 t) {
        u32 at = blocks + part / 4 * 64 + part % 2 * 32 + 2 * t;
        u32 bits = blocks + 128 + part / 4 * 32 + 2 * t;
#pragma unroll
        for (u32 j = 0; j < 4; j++) {
            u32 apart = bytes_apart(load_shared_half(at + 8 * j));
            u32 upper = bytes_apart(load_shared_half(bits + 8 * j)) >> part % 4 * 2 & 0x00030003u;
            pairs[j] = whole_numbers<T, 15, 32>(apart >> part / 2 % 2 * 4, upper << 4);
        }
    }
    /* Two a part. */
    static __device__ __forceinline__ void scales(f32 *scales, u32 blocks, u32 part) {
        f32 unit = shared_f16(blocks + 208);
#pragma unroll
        for (u32 i = 0; i < 2; i++) {
            u32 both = load_shared_half(blocks + 192 + 2 * (part + i));
            scales[2 * i] = unit * (f32)(i8)(both & 0xFF);
            scales[2 * i + 1] = unit * (f32)(i8)(both >> 8);
        }
    }
};
