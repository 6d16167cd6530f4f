/*
 * Tiles of heads in shared memory: lines of HEAD 16-bit elements, each padded to an odd number of 16-byte chunks, so that
 * the eight lines that a step of ldmatrix reads lie in different banks whatever the head's size.
 */
#pragma once
#include "ptx.h"

template <u32 HEAD> struct HeadTile {
    static const u32 CHUNKS = HEAD / 8;
    static const u32 LINE = (CHUNKS | 1) * 16;

    /* A 16 x 16 fragment of a left operand: lines from line on, elements from element on. */
    static __device__ __forceinline__ void left(u32 *r, u32 tile, u32 line, u32 element, u32 lane) {
        load_matrices(r, tile + (line + (lane >> 3 & 1) * 8 + (lane & 7)) * LINE + (element / 8 + (lane >> 4)) * 16);
    }
    /* Of its transpose: 16 rows are elements, 16 terms are lines. */
    static __device__ __forceinline__ void leftAcross(u32 *r, u32 tile, u32 line, u32 element, u32 lane) {
        load_matrices_transposed(r, tile + (line + (lane >> 4) * 8 + (lane & 7)) * LINE
                                        + (element / 8 + (lane >> 3 & 1)) * 16);
    }
    /* Two 16 x 8 fragments of a right operand whose columns are lines and whose terms are elements. */
    static __device__ __forceinline__ void right(u32 *r, u32 tile, u32 line, u32 element, u32 lane) {
        load_matrices(r, tile + (line + (lane >> 4) * 8 + (lane & 7)) * LINE + (element / 8 + (lane >> 3 & 1)) * 16);
    }
    /* Whose columns are elements and whose terms are lines. */
    static __device__ __forceinline__ void rightAcross(u32 *r, u32 tile, u32 line, u32 element, u32 lane) {
        load_matrices_transposed(r, tile + (line + (lane >> 3 & 1) * 8 + (lane & 7)) * LINE
                                        + (element / 8 + (lane >> 4)) * 16);
    }
};
