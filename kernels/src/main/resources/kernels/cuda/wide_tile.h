/* Tiles of F32 elements in shared memory, for TF32's products. */
#pragma once
#include "gemm.h"

/*
 * F32 lines are copied as lines of twice as many 16-bit elements. Element (outer, term): lines run along terms or, ACROSS, along the
 * outer axis.
 */
template <u32 OUTER, u32 TERMS, u32 THREADS, bool ACROSS> struct WideTile {
    static const u32 LENGTH = 2 * (ACROSS ? OUTER : TERMS);
    TileCopy<ACROSS ? TERMS : OUTER, LENGTH, THREADS, ACROSS> copy;

    __device__ __forceinline__ void begin(const f32 *matrix, i64 stride, i64 from, i64 outer, i64 terms) {
        copy.begin((const u16 *)matrix, 2 * stride, ACROSS ? 0 : from, ACROSS ? terms : outer, ACROSS ? 2 * from : 0,
                   2 * (ACROSS ? outer : terms), threadIdx.x);
    }
    static __device__ __forceinline__ f32 at(u32 tile, u32 outer, u32 term) {
        u32 line = ACROSS ? term : outer;
        u32 element = ACROSS ? outer : term;
        return as_f32(load_shared(tile + tile_place<LENGTH>(line, element / 4) + element % 4 * 4));
    }
};
