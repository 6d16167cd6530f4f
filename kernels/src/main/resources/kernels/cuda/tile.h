/*
 * Tiles of 16-bit elements in shared memory: lines of LENGTH elements, each cut into 16-byte chunks that are exchanged
 * within the line (the chunk's number, exclusive-or with the line's), so that the eight rows that a step of ldmatrix reads
 * lie in different banks, along lines and across them.
 */
#pragma once
#include "ptx.h"

template <u32 LENGTH> TN_FUNCTION u32 tile_place(u32 line, u32 chunk) {
    const u32 CHUNKS = LENGTH / 8;
    u32 exchanged = CHUNKS == 4 ? chunk ^ (line >> 1 & 3) : chunk ^ (line & 7);
    return (line * CHUNKS + exchanged) * 16;
}

/* Exchanged so that two chunks of each of four neighbouring lines lie in different banks too. */
template <u32 LENGTH> TN_FUNCTION u32 wide_place(u32 line, u32 chunk) {
    static_assert(LENGTH >= 64, "eight chunks are exchanged");
    return line * LENGTH * 2 + (chunk ^ ((line & 3) << 1 | (line >> 2 & 1))) * 16;
}

/*
 * Copies tiles of a matrix one after another: of LINES lines from line on, of LENGTH elements from element on. What lies past
 * the matrix becomes zeros and is not read. The matrix and its lines start on 16-byte addresses. A tile's successor is
 * further along the lines, or, ACROSS, further down. Chunks are where tile_place has them, or, WIDE,
 * wide_place.
 */
template <u32 LINES, u32 LENGTH, u32 THREADS, bool ACROSS, bool WIDE = false> struct TileCopy {
    static const u32 CHUNKS = LENGTH / 8;
    static const u32 EACH = LINES * CHUNKS / THREADS;
    static_assert(LINES * CHUNKS % THREADS == 0, "every thread has as many chunks");
    const u16 *base;
    const u16 *from[EACH];
    i64 stride;
    /* Elements, or lines, that are left where the tile begins. */
    i64 left;
    u32 bytes[EACH];

    static __device__ __forceinline__ u32 place(u32 line, u32 chunk) {
        if constexpr (WIDE) {
            return wide_place<LENGTH>(line, chunk);
        } else {
            return tile_place<LENGTH>(line, chunk);
        }
    }
    __device__ __forceinline__ void begin(const u16 *matrix, i64 step, i64 line, i64 lines, i64 element, i64 length,
                                          u32 thread) {
        base = matrix;
        stride = step;
        left = ACROSS ? lines - line : length - element;
#pragma unroll
        for (u32 i = 0; i < EACH; i++) {
            u32 at = i * THREADS + thread;
            i64 row = line + at / CHUNKS;
            i64 column = element + at % CHUNKS * 8;
            from[i] = matrix + row * step + column;
            /* Of the axis that does not advance. */
            i64 rest = ACROSS ? length - column : row < lines ? 8 : 0;
            bytes[i] = (u32)(rest < 0 ? 0 : rest > 8 ? 8 : rest) * 2;
        }
    }

    __device__ __forceinline__ void next(u32 to, u32 thread) {
#pragma unroll
        for (u32 i = 0; i < EACH; i++) {
            u32 at = i * THREADS + thread;
            i64 rest = left - (i64)(ACROSS ? at / CHUNKS : at % CHUNKS * 8);
            u32 most = ACROSS ? (rest > 0 ? 16 : 0) : (u32)(rest < 0 ? 0 : rest > 8 ? 8 : rest) * 2;
            u32 count = most < bytes[i] ? most : bytes[i];
            copy_async16(to + place(at / CHUNKS, at % CHUNKS), count == 0 ? base : from[i], count);
            from[i] += ACROSS ? LINES * stride : LENGTH;
        }
        left -= ACROSS ? LINES : LENGTH;
    }
};

/*
 * Tiles of OUTER by TERMS elements, each of WORDS times 16 bits, one after another along the terms. Lines run along the terms or,
 * ACROSS, along the outer axis. Of two words an element, four lanes read neighbouring terms, each one or, PAIRS, two.
 */
template <u32 WORDS, u32 OUTER, u32 TERMS, u32 THREADS, bool ALONG_OUTER, bool IN_PAIRS = false> struct OperandTile {
    static const bool ACROSS = ALONG_OUTER, PAIRS = IN_PAIRS;
    static const u32 LENGTH = WORDS * (ACROSS ? OUTER : TERMS);
    static const u32 BYTES = OUTER * TERMS * WORDS * 2;
    typedef TileCopy<ACROSS ? TERMS : OUTER, LENGTH, THREADS, ACROSS, WORDS == 2 && PAIRS != ACROSS> Copy;
    Copy copy;

    /* first and stride count elements; the tiles are of the outer axis from `from` on. */
    __device__ __forceinline__ void begin(const void *matrix, i64 first, i64 stride, i64 from, i64 outer, i64 terms) {
        copy.begin((const u16 *)matrix + WORDS * first, WORDS * stride, ACROSS ? 0 : from, ACROSS ? terms : outer,
                   ACROSS ? WORDS * from : 0, WORDS * (ACROSS ? outer : terms), threadIdx.x);
    }
    __device__ __forceinline__ void next(u32 to) {
        copy.next(to, threadIdx.x);
    }
};

/* A 16 x 16 fragment of a: rows from row on, terms from k on; lines run along k, or else along the rows. */
template <u32 LENGTH, bool ALONG_ROWS> TN_FUNCTION void load_a(u32 *r, u32 tile, u32 row, u32 k, u32 lane) {
    u32 matrix = lane >> 3;
    if (ALONG_ROWS) {
        u32 line = k + (matrix >> 1) * 8 + (lane & 7);
        load_matrices_transposed(r, tile + tile_place<LENGTH>(line, row / 8 + (matrix & 1)));
    } else {
        u32 line = row + (matrix & 1) * 8 + (lane & 7);
        load_matrices(r, tile + tile_place<LENGTH>(line, k / 8 + (matrix >> 1)));
    }
}

/* Two fragments of b, side by side: 16 terms from k on by 16 columns; lines run along k, or else along the columns. */
template <u32 LENGTH, bool ALONG_COLUMNS> TN_FUNCTION void load_b(u32 *r, u32 tile, u32 column, u32 k, u32 lane) {
    u32 matrix = lane >> 3;
    if (ALONG_COLUMNS) {
        u32 line = k + (matrix & 1) * 8 + (lane & 7);
        load_matrices_transposed(r, tile + tile_place<LENGTH>(line, column / 8 + (matrix >> 1)));
    } else {
        u32 line = column + (matrix >> 1) * 8 + (lane & 7);
        load_matrices(r, tile + tile_place<LENGTH>(line, k / 8 + (matrix & 1)));
    }
}
