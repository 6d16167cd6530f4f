/*
 * What the CUDA compiler gives the portable kernels beyond the emulation of the tensor-core kernels: they take the CUDA side of tenon.h,
 * with a block's threads as fibers and its warps' exchanges of registers. Shared memory is a static variable here, since one block runs at a
 * time: accesses to it are not watched, but the order in which threads go on is drawn from the seed.
 */
#pragma once
#include "check.h"

#define __CUDACC__
#define __shared__ static

using std::exp;
using std::log;

struct uint2 {
    u32 x, y;
};
struct alignas(16) uint4 {
    u32 x, y, z, w;
};

inline f32 __uint_as_float(u32 bits) {
    return bitsToFloat(bits);
}
inline f32 __int_as_float(i32 bits) {
    return bitsToFloat((u32)bits);
}
inline u32 __float_as_uint(f32 value) {
    return floatToBits(value);
}
/* Toward zero. */
inline f32 __double2float_rz(f64 value) {
    f32 nearest = (f32)value;
    return std::fabs((f64)nearest) > std::fabs(value) ? std::nextafter(nearest, 0.0f) : nearest;
}
inline void __syncthreads() {
    emulatedBarrier(0, blockDim.x);
}

/* Every lane of the warp brings a value and gets that of the lane whose number differs in the bits of lanes. */
template <class Value> inline Value __shfl_xor_sync(u32 mask, Value value, i32 lanes) {
    struct Exchange {
        Value value, result;
        i32 lanes;
    };
    if (mask != 0xFFFFFFFFu) {
        fail("a warp exchanges values without all of its lanes");
    }
    Exchange mine = {value, value, lanes};
    together("shfl.sync.bfly", mine, [](Exchange **all) {
        for (i32 i = 0; i < (i32)WARP; i++) {
            all[i]->result = all[i ^ all[i]->lanes]->value;
        }
    });
    return mine.result;
}
