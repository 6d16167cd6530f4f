/*
 * What a device can do at most, measured. probe_multiply_add: an item has CHAINS * LANES independent chains of STEPS f32
 * multiply-adds; LANES are a vector on a CPU. probe_fill and probe_read: a group reads piece elements, GROUP * LANES side by
 * side, and each item's sum is what it gives. With VECTORS an item's LANES are vectors of 16, for compilers for CPUs, which make
 * none of an array of 64 sums. The host checks every result.
 */
#include "tenon.h"

TN_KERNEL probe_multiply_add(TN_GLOBAL f32 *out, const f32 factor, const f32 addend) {
    f32 sums[CHAINS][LANES];
    for (i32 c = 0; c < CHAINS; c++) {
        for (i32 i = 0; i < LANES; i++) {
            sums[c][i] = addend * (f32)(c * LANES + i);
        }
    }
    for (i32 step = 0; step < STEPS; step++) {
#pragma unroll
        for (i32 c = 0; c < CHAINS; c++) {
#pragma unroll
            for (i32 i = 0; i < LANES; i++) {
                sums[c][i] = fma(sums[c][i], factor, addend);
            }
        }
    }
    f32 total = 0;
    for (i32 c = 0; c < CHAINS; c++) {
        for (i32 i = 0; i < LANES; i++) {
            total += sums[c][i];
        }
    }
    out[TN_GLOBAL_ID()] = total;
}

TN_KERNEL probe_fill(TN_GLOBAL u32 *data, const i64 count) {
    i64 i = TN_GLOBAL_ID();
    if (i < count) {
        data[i] = (u32)i * 2654435761u;
    }
}

TN_KERNEL probe_read(const TN_GLOBAL u32 *data, TN_GLOBAL u32 *out, const i64 piece) {
    const TN_GLOBAL u32 *from = data + TN_GROUP_ID(0) * piece;
#ifdef VECTORS
    uint16 sums[LANES / 16];
#pragma unroll
    for (i32 i = 0; i < LANES / 16; i++) {
        sums[i] = (uint16)0;
    }
    for (i64 at = (i64)TN_LOCAL_ID() * LANES; at < piece; at += GROUP * LANES) {
#pragma unroll
        for (i32 i = 0; i < LANES / 16; i++) {
            sums[i] += vload16(0, from + at + 16 * i);
        }
    }
    uint16 all = (uint16)0;
#pragma unroll
    for (i32 i = 0; i < LANES / 16; i++) {
        all += sums[i];
    }
    uint8 eight = all.lo + all.hi;
    uint4 four = eight.lo + eight.hi;
    out[TN_GLOBAL_ID()] = four.x + four.y + four.z + four.w;
#else
    u32 sums[LANES];
    for (i32 i = 0; i < LANES; i++) {
        sums[i] = 0;
    }
    for (i64 at = (i64)TN_LOCAL_ID() * LANES; at < piece; at += GROUP * LANES) {
#pragma unroll
        for (i32 i = 0; i < LANES; i++) {
            sums[i] += from[at + i];
        }
    }
    u32 total = 0;
    for (i32 i = 0; i < LANES; i++) {
        total += sums[i];
    }
    out[TN_GLOBAL_ID()] = total;
#endif
}
