/*
 * Operands of TF32's products, as numbers that a tensor core takes exactly. A TF32 number is an F32 with 11 bits of 24, the others zero.
 * An instruction adds up eight terms, and which of them a thread has is free, if it is the same for a and b. Beside an operand of 16
 * bits a thread's two are neighbours along k (PAIRS), as ldmatrix brings those; else they are four apart, as ldmatrix brings F32, a row of
 * four as one of eight elements of 16 bits.
 */
#pragma once
#include "element.h"
#include "tile.h"

static const u32 TF32_BITS = 0xFFFFE000u;

/*
 * F32 as the sum of two TF32 numbers. The first is rounded to nearest, so of the rest's 12 bits only the last can be lost. An infinity's
 * rest is NaN. cvt.rna.tf32 would be four instructions for each of both; this is four in all.
 */
struct Halved {
    static const u32 PIECES = 2;
    static __device__ __forceinline__ void cut(u32 bits, u32 *first, u32 *second) {
        *first = (bits + 0x1000u) & TF32_BITS;
        *second = as_u32(as_f32(bits) - as_f32(*first)) & TF32_BITS;
    }
};

/* F32 rounded to one TF32 number. */
struct Rounded {
    static const u32 PIECES = 1;
    static __device__ __forceinline__ void cut(u32 bits, u32 *first, u32 *) {
        *first = to_tf32(as_f32(bits));
    }
};

/*
 * F32. Of a, left gives 16 lines by 16 terms: for each eight terms, for each piece, a fragment of four; of b, right gives two times
 * eight lines: for each eight lines, for each eight terms, for each piece, a fragment of two.
 */
template <class Cut> struct WideOperand {
    static const u32 WORDS = 2, PIECES = Cut::PIECES;
    static const i32 TYPE = TYPE_F32;

    /* A thread's two terms of the eight from k on. */
    template <class Tile> static __device__ __forceinline__ Two two(u32 tile, u32 line, u32 k, u32 lane) {
        u32 term = Tile::PAIRS ? lane % 4 * 2 : lane % 4;
        if constexpr (Tile::ACROSS) {
            /* Eight lines further chunks are exchanged in the same way. */
            u32 at = tile + k * Tile::LENGTH * 2 + line % 4 * 4;
            Two both = {{load_shared(at + Tile::Copy::place(term, line / 4)),
                         load_shared(at + Tile::Copy::place(term + (Tile::PAIRS ? 1 : 4), line / 4))}};
            return both;
        } else {
            return load_shared2(tile + Tile::Copy::place(line, (k + term) / 4) + term % 4 * 4);
        }
    }
    template <class Tile>
    static __device__ __forceinline__ void left(u32 (*r)[PIECES][4], u32 tile, u32 line, u32 k, u32 lane) {
#pragma unroll
        for (u32 half = 0; half < 2; half++) {
            u32 x[4];
            if constexpr (!Tile::ACROSS && !Tile::PAIRS) {
                load_a<Tile::LENGTH, false>(x, tile, line, 2 * (k + half * 8), lane);
            } else {
#pragma unroll
                for (u32 i = 0; i < 2; i++) {
                    Two both = two<Tile>(tile, line + i * 8 + lane / 4, k + half * 8, lane);
                    x[i] = both.x[0];
                    x[2 + i] = both.x[1];
                }
            }
#pragma unroll
            for (u32 e = 0; e < 4; e++) {
                Cut::cut(x[e], &r[half][0][e], &r[half][PIECES - 1][e]);
            }
        }
    }
    template <class Tile>
    static __device__ __forceinline__ void right(u32 (*r)[2][PIECES][2], u32 tile, u32 column, u32 k, u32 lane) {
#pragma unroll
        for (u32 half = 0; half < 2; half++) {
            u32 y[4];
            if constexpr (!Tile::ACROSS && !Tile::PAIRS) {
                load_b<Tile::LENGTH, false>(y, tile, column, 2 * (k + half * 8), lane);
            } else {
#pragma unroll
                for (u32 j = 0; j < 2; j++) {
                    Two both = two<Tile>(tile, column + j * 8 + lane / 4, k + half * 8, lane);
                    y[2 * j] = both.x[0];
                    y[2 * j + 1] = both.x[1];
                }
            }
#pragma unroll
            for (u32 e = 0; e < 4; e++) {
                Cut::cut(y[e], &r[e / 2][half][0][e % 2], &r[e / 2][half][PIECES - 1][e % 2]);
            }
        }
    }
};

/* BF16 and F16: every such number is one of TF32. Beside F32 in pairs. */
template <class T, i32 NUMBER> struct NarrowOperand {
    static const u32 WORDS = 1, PIECES = 1;
    static const i32 TYPE = NUMBER;

    template <class Tile>
    static __device__ __forceinline__ void left(u32 (*r)[1][4], u32 tile, u32 line, u32 k, u32 lane) {
        u32 x[4];
        load_a<Tile::LENGTH, Tile::ACROSS>(x, tile, line, k, lane);
#pragma unroll
        for (u32 e = 0; e < 4; e++) {
            r[e / 2][0][e % 2] = as_u32(T::value((u16)x[e]));
            r[e / 2][0][2 + e % 2] = as_u32(T::value((u16)(x[e] >> 16)));
        }
    }
    template <class Tile>
    static __device__ __forceinline__ void right(u32 (*r)[2][1][2], u32 tile, u32 column, u32 k, u32 lane) {
        u32 y[4];
        load_b<Tile::LENGTH, Tile::ACROSS>(y, tile, column, k, lane);
#pragma unroll
        for (u32 e = 0; e < 4; e++) {
            r[e / 2][e % 2][0][0] = as_u32(T::value((u16)y[e]));
            r[e / 2][e % 2][0][1] = as_u32(T::value((u16)(y[e] >> 16)));
        }
    }
};
typedef NarrowOperand<Bf16, TYPE_BF16> Bf16Operand;
typedef NarrowOperand<F16, TYPE_F16> F16Operand;
