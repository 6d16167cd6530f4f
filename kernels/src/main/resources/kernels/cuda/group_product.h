/* A warpgroup's products, chosen by the operands' type and by how many columns the right operand has. */
#pragma once
#include "element.h"
#include "wgmma.h"

template <class T, u32 N> struct GroupProduct;
#define TN_GROUP_PRODUCT(T, N, type)                                                                                   \
    template <> struct GroupProduct<T, N> {                                                                            \
        template <u32 A, u32 B> static __device__ __forceinline__ void run(f32 *d, u64 a, u64 b, u32 adds) {           \
            wgmma_##N##_##type<A, B>(d, a, b, adds);                                                                   \
        }                                                                                                              \
        static __device__ __forceinline__ void fromRegisters(f32 *d, const u32 *a, u64 b, u32 adds) {                  \
            wgmma_registers_##N##_##type(d, a, b, adds);                                                               \
        }                                                                                                              \
    };
TN_GROUP_PRODUCT(Bf16, 64, bf16)
TN_GROUP_PRODUCT(Bf16, 128, bf16)
TN_GROUP_PRODUCT(Bf16, 256, bf16)
TN_GROUP_PRODUCT(F16, 64, f16)
TN_GROUP_PRODUCT(F16, 128, f16)
TN_GROUP_PRODUCT(F16, 256, f16)

/* TF32 has products of lines along the terms alone. */
#define TN_GROUP_PRODUCT_TF32(N)                                                                                       \
    template <> struct GroupProduct<CutF32, N> {                                                                       \
        template <u32 A, u32 B> static __device__ __forceinline__ void run(f32 *d, u64 a, u64 b, u32 adds) {           \
            static_assert(A == 0 && B == 0, "lines run along the terms");                                              \
            wgmma_##N##_tf32<A, B>(d, a, b, adds);                                                                     \
        }                                                                                                              \
    };
TN_GROUP_PRODUCT_TF32(128)
TN_GROUP_PRODUCT_TF32(256)
