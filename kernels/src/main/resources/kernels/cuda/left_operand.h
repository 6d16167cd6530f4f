/*
 * The left operand of a product whose right one is exact in 16 bits. BF16 and F16 are multiplied as they are; F32 is the
 * sum of three BF16 numbers of 8 bits each, without rounding, so that no precision is lost: three products instead of one.
 */
#pragma once
#include "tile.h"
#include "element.h"

/* BM lines of 32 16-bit terms. */
template <class T, u32 BM, u32 THREADS> struct SixteenBitLeft {
    typedef T Product;
    static const u32 PIECES = 1;
    static const u32 BYTES = BM * 64;
    TileCopy<BM, 32, THREADS, false> copy;

    __device__ __forceinline__ void begin(const void *a, i64 base, i64 stride, i64 line, i64 lines, i64 terms) {
        copy.begin((const u16 *)a + base, stride, line, lines, 0, terms, threadIdx.x);
    }
    __device__ __forceinline__ void next(u32 to) {
        copy.next(to, threadIdx.x);
    }
    static __device__ __forceinline__ void fragment(u32 (*r)[4], u32 tile, u32 line, u32 k, u32 lane) {
        load_a<32, false>(r[0], tile, line, k, lane);
    }
};

/* Cuts two numbers into three pairs of BF16. Infinities and NaN are whole in the first. */
TN_FUNCTION void cut(u32 *first, u32 *second, u32 *third, u32 low, u32 high) {
    f32 restLow = (low & 0x7F800000u) == 0x7F800000u ? 0 : as_f32(low) - as_f32(low & 0xFFFF0000u);
    f32 restHigh = (high & 0x7F800000u) == 0x7F800000u ? 0 : as_f32(high) - as_f32(high & 0xFFFF0000u);
    f32 lastLow = restLow - as_f32(as_u32(restLow) & 0xFFFF0000u);
    f32 lastHigh = restHigh - as_f32(as_u32(restHigh) & 0xFFFF0000u);
    *first = low >> 16 | (high & 0xFFFF0000u);
    *second = as_u32(restLow) >> 16 | (as_u32(restHigh) & 0xFFFF0000u);
    *third = as_u32(lastLow) >> 16 | (as_u32(lastHigh) & 0xFFFF0000u);
}

/* BM lines of 32 F32 terms; lines and their beginnings are on 16-byte addresses. */
template <u32 BM, u32 THREADS> struct WideLeft {
    typedef Bf16 Product;
    static const u32 PIECES = 3;
    static const u32 BYTES = BM * 128;
    static const u32 EACH = BM * 8 / THREADS;
    const f32 *base;
    i64 stride, firstLine, allLines, left;

    __device__ __forceinline__ void begin(const void *a, i64 start, i64 step, i64 line, i64 lines, i64 terms) {
        base = (const f32 *)a + start;
        stride = step;
        firstLine = line;
        allLines = lines;
        left = terms;
    }
    __device__ __forceinline__ void next(u32 to) {
#pragma unroll
        for (u32 i = 0; i < EACH; i++) {
            u32 at = i * THREADS + threadIdx.x;
            i64 line = firstLine + at / 8;
            i64 rest = line < allLines ? left - (i64)(at % 8 * 4) : 0;
            u32 bytes = (u32)(rest < 0 ? 0 : rest > 4 ? 4 : rest) * 4;
            copy_async16(to + wide_place<64>(at / 8, at % 8), bytes == 0 ? base : base + line * stride + at % 8 * 4, bytes);
        }
        /* The next tile. */
        base += 32;
        left -= 32;
    }
    static __device__ __forceinline__ void fragment(u32 (*r)[4], u32 tile, u32 line, u32 k, u32 lane) {
#pragma unroll
        for (u32 i = 0; i < 4; i++) {
            u32 row = line + lane / 4 + (i & 1) * 8;
            u32 term = k + lane % 4 * 2 + (i >> 1) * 8;
            Two both = load_shared2(tile + wide_place<64>(row, term / 4) + term % 4 * 4);
            cut(&r[0][i], &r[1][i], &r[2][i], both.x[0], both.x[1]);
        }
    }
};
