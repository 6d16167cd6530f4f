/* The types of a tensor core's operands, and numbers in memory whose type is known at run time. */
#pragma once
#include "ptx.h"

struct Bf16 {
    static const u32 BYTES = 2;
    static __device__ __forceinline__ void mma(f32 *d, const u32 *a, const u32 *b) {
        mma_bf16(d, a, b);
    }
    static __device__ __forceinline__ u32 pack(f32 low, f32 high) {
        return pack_bf16(low, high);
    }
    static __device__ __forceinline__ f32 value(u16 bits) {
        return as_f32((u32)bits << 16);
    }
};

struct F16 {
    static const u32 BYTES = 2;
    static __device__ __forceinline__ void mma(f32 *d, const u32 *a, const u32 *b) {
        mma_f16(d, a, b);
    }
    static __device__ __forceinline__ u32 pack(f32 low, f32 high) {
        return pack_f16(low, high);
    }
    static __device__ __forceinline__ f32 value(u16 bits) {
        return from_f16(bits);
    }
};

/* F32 numbers in memory, of which the tensor core takes the upper 19 bits. */
struct CutF32 {
    static const u32 BYTES = 4;
};

/* Numbers of types in launches; 0: there is no such operand. */
#define TYPE_F32 1
#define TYPE_F16 2
#define TYPE_BF16 3

TN_FUNCTION f32 load_as(i32 type, const void *from, i64 at) {
    if (type == TYPE_F32) {
        return ((const f32 *)from)[at];
    }
    u16 bits = ((const u16 *)from)[at];
    return type == TYPE_F16 ? F16::value(bits) : Bf16::value(bits);
}

TN_FUNCTION void store_as(i32 type, void *to, i64 at, f32 value) {
    if (type == TYPE_F32) {
        ((f32 *)to)[at] = value;
    } else {
        ((u16 *)to)[at] = (u16)(type == TYPE_F16 ? pack_f16(value, 0) : pack_bf16(value, 0));
    }
}

/* Four neighbours at once where the address allows it. */
TN_FUNCTION void store4_as(i32 type, void *to, i64 at, const f32 *v) {
    if (type == TYPE_F32) {
        f32 *place = (f32 *)to + at;
        if (((u64)place & 15) == 0) {
            Four four = {{as_u32(v[0]), as_u32(v[1]), as_u32(v[2]), as_u32(v[3])}};
            store_global4(place, four);
            return;
        }
    } else {
        u16 *place = (u16 *)to + at;
        if (((u64)place & 7) == 0) {
            bool half = type == TYPE_F16;
            Two two = {{half ? pack_f16(v[0], v[1]) : pack_bf16(v[0], v[1]),
                        half ? pack_f16(v[2], v[3]) : pack_bf16(v[2], v[3])}};
            store_global2(place, two);
            return;
        }
    }
    for (i32 i = 0; i < 4; i++) {
        store_as(type, to, at + i, v[i]);
    }
}
