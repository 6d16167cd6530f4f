/*
 * The instructions that CUDA C++ has no words for, each behind a function, so that kernels compile for a CPU too: there
 * emulation.h, which the tests bring, gives each the meaning that the PTX ISA documents. Kernels touch shared memory by
 * these functions alone, at addresses of the shared window: the emulation checks every access for bounds and for races.
 */
#pragma once
#ifdef __CUDACC__
typedef signed char i8;
typedef unsigned char u8;
typedef short i16;
typedef unsigned short u16;
typedef int i32;
typedef unsigned int u32;
typedef long long i64;
typedef unsigned long long u64;
typedef float f32;
typedef double f64;
#else
#include "emulation.h"
#endif

#define TN_FUNCTION static __device__ __forceinline__
/* Called, not inlined: for much code that is needed at many places. nvcc puts a file's path into the names of static functions. */
#define TN_CALLED extern "C" __device__ __noinline__
#define TN_INFINITY __builtin_huge_valf()

struct __attribute__((aligned(8))) Two {
    u32 x[2];
};
struct __attribute__((aligned(16))) Four {
    u32 x[4];
};

#ifdef __CUDACC__

TN_FUNCTION u32 shared_base() {
    extern __shared__ uint4 tn_shared[];
    return (u32)__cvta_generic_to_shared(tn_shared);
}
TN_FUNCTION void block_barrier() {
    __syncthreads();
}
/* One of 16 barriers, for some of the block's warps; 0 is block_barrier's. */
TN_FUNCTION void named_barrier(u32 id, u32 threads) {
    asm volatile("bar.sync %0, %1;" ::"r"(id), "r"(threads) : "memory");
}
TN_FUNCTION void warp_barrier() {
    __syncwarp();
}
TN_FUNCTION u32 load_shared(u32 at) {
    u32 value;
    asm volatile("ld.shared.b32 %0, [%1];" : "=r"(value) : "r"(at) : "memory");
    return value;
}
TN_FUNCTION Two load_shared2(u32 at) {
    Two value;
    asm volatile("ld.shared.v2.b32 {%0, %1}, [%2];" : "=r"(value.x[0]), "=r"(value.x[1]) : "r"(at) : "memory");
    return value;
}
TN_FUNCTION Four load_shared4(u32 at) {
    Four v;
    asm volatile("ld.shared.v4.b32 {%0, %1, %2, %3}, [%4];"
                 : "=r"(v.x[0]), "=r"(v.x[1]), "=r"(v.x[2]), "=r"(v.x[3])
                 : "r"(at)
                 : "memory");
    return v;
}
TN_FUNCTION void store_shared(u32 at, u32 value) {
    asm volatile("st.shared.b32 [%0], %1;" ::"r"(at), "r"(value) : "memory");
}
TN_FUNCTION void store_shared2(u32 at, Two v) {
    asm volatile("st.shared.v2.b32 [%0], {%1, %2};" ::"r"(at), "r"(v.x[0]), "r"(v.x[1]) : "memory");
}
TN_FUNCTION void store_shared4(u32 at, Four v) {
    asm volatile("st.shared.v4.b32 [%0], {%1, %2, %3, %4};" ::"r"(at), "r"(v.x[0]), "r"(v.x[1]), "r"(v.x[2]), "r"(v.x[3])
                 : "memory");
}
/* Memory that no kernel running now writes. */
TN_FUNCTION Four load_global4(const void *at) {
    Four v;
    asm volatile("ld.global.nc.L1::no_allocate.v4.b32 {%0, %1, %2, %3}, [%4];"
                 : "=r"(v.x[0]), "=r"(v.x[1]), "=r"(v.x[2]), "=r"(v.x[3])
                 : "l"(at));
    return v;
}
TN_FUNCTION void store_global2(void *at, Two v) {
    asm volatile("st.global.v2.b32 [%0], {%1, %2};" ::"l"(at), "r"(v.x[0]), "r"(v.x[1]) : "memory");
}
TN_FUNCTION void store_global4(void *at, Four v) {
    asm volatile("st.global.v4.b32 [%0], {%1, %2, %3, %4};" ::"l"(at), "r"(v.x[0]), "r"(v.x[1]), "r"(v.x[2]), "r"(v.x[3])
                 : "memory");
}
/* 16 bytes into shared memory, of which the first so many are read and the rest are zeros. */
TN_FUNCTION void copy_async16(u32 to, const void *from, u32 bytes) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(bytes) : "memory");
}
TN_FUNCTION void copy_async_commit() {
    asm volatile("cp.async.commit_group;" ::: "memory");
}
/* Until at most so many of this thread's groups are on their way. */
template <u32 LEFT> TN_FUNCTION void copy_async_wait() {
    asm volatile("cp.async.wait_group %0;" ::"n"(LEFT) : "memory");
}
/* Four 8x8 matrices of 16-bit elements; lane i gives the address of row i % 8 of matrix i / 8. */
TN_FUNCTION void load_matrices(u32 *r, u32 at) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(at)
                 : "memory");
}
TN_FUNCTION void load_matrices_transposed(u32 *r, u32 at) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(at)
                 : "memory");
}
#define TN_MMA(name, shape)                                                                                            \
    TN_FUNCTION void name(f32 *d, const u32 *a, const u32 *b) {                                                        \
        asm volatile("mma.sync.aligned." shape " {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"      \
                     : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])                                                  \
                     : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));                              \
    }
/* d += a b: 16 x 16 by 16 x 8 on 16-bit elements, 16 x 8 by 8 x 8 on TF32. */
TN_MMA(mma_bf16, "m16n8k16.row.col.f32.bf16.bf16.f32")
TN_MMA(mma_f16, "m16n8k16.row.col.f32.f16.f16.f32")
TN_MMA(mma_tf32, "m16n8k8.row.col.f32.tf32.tf32.f32")
/* Two numbers rounded to nearest even, the first in the low half. */
TN_FUNCTION u32 pack_bf16(f32 low, f32 high) {
    u32 both;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
    return both;
}
TN_FUNCTION u32 pack_f16(f32 low, f32 high) {
    u32 both;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
    return both;
}
TN_FUNCTION f32 from_f16(u16 bits) {
    f32 value;
    asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
    return value;
}
/* To nearest, ties away from zero. */
TN_FUNCTION u32 to_tf32(f32 value) {
    u32 bits;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(value));
    return bits;
}
TN_FUNCTION f32 as_f32(u32 bits) {
    return __uint_as_float(bits);
}
TN_FUNCTION u32 as_u32(f32 value) {
    return __float_as_uint(value);
}
TN_FUNCTION u32 shuffle_xor(u32 value, u32 mask) {
    return __shfl_xor_sync(0xFFFFFFFFu, value, mask);
}
TN_FUNCTION bool any_of_warp(bool value) {
    return __any_sync(0xFFFFFFFFu, value);
}
/* What this thread wrote to memory is seen before what it writes later, by every block. */
TN_FUNCTION void device_fence() {
    __threadfence();
}
/* The number before. */
TN_FUNCTION u32 atomic_add(u32 *at, u32 value) {
    return atomicAdd(at, value);
}
/* What another block of the same launch may have written. */
TN_FUNCTION f32 load_global_fresh(const f32 *at) {
    f32 value;
    asm volatile("ld.global.cg.f32 %0, [%1];" : "=f"(value) : "l"(at) : "memory");
    return value;
}
/* 2^x to within 2^-22 of it; 0 for -infinity. */
TN_FUNCTION f32 exp2_approximate(f32 x) {
    f32 y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}
/* 1 / x to within 2^-23 of it; 0 for infinity. */
TN_FUNCTION f32 reciprocal_approximate(f32 x) {
    f32 y;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

#else

TN_FUNCTION u32 shared_base() {
    return emulatedSharedBase();
}
TN_FUNCTION void block_barrier() {
    emulatedBarrier(0, blockDim.x);
}
TN_FUNCTION void named_barrier(u32 id, u32 threads) {
    emulatedBarrier(id, threads);
}
TN_FUNCTION void warp_barrier() {
    emulatedWarpBarrier();
}
TN_FUNCTION u32 load_shared(u32 at) {
    return emulatedLoadShared<u32>(at);
}
TN_FUNCTION Two load_shared2(u32 at) {
    return emulatedLoadShared<Two>(at);
}
TN_FUNCTION Four load_shared4(u32 at) {
    return emulatedLoadShared<Four>(at);
}
TN_FUNCTION void store_shared(u32 at, u32 value) {
    emulatedStoreShared(at, value);
}
TN_FUNCTION void store_shared2(u32 at, Two value) {
    emulatedStoreShared(at, value);
}
TN_FUNCTION void store_shared4(u32 at, Four value) {
    emulatedStoreShared(at, value);
}
TN_FUNCTION Four load_global4(const void *at) {
    checkGlobal(at, 16);
    return *(const Four *)at;
}
TN_FUNCTION void store_global2(void *at, Two value) {
    checkGlobal(at, 8);
    *(Two *)at = value;
}
TN_FUNCTION void store_global4(void *at, Four value) {
    checkGlobal(at, 16);
    *(Four *)at = value;
}
TN_FUNCTION void copy_async16(u32 to, const void *from, u32 bytes) {
    emulatedCopyAsync(to, from, bytes, 16);
}
TN_FUNCTION void copy_async_commit() {
    emulatedCommit();
}
template <u32 LEFT> TN_FUNCTION void copy_async_wait() {
    emulatedWait(LEFT);
}
TN_FUNCTION void load_matrices(u32 *r, u32 at) {
    emulatedLoadMatrices(r, at, false);
}
TN_FUNCTION void load_matrices_transposed(u32 *r, u32 at) {
    emulatedLoadMatrices(r, at, true);
}
TN_FUNCTION void mma_bf16(f32 *d, const u32 *a, const u32 *b) {
    emulatedMma(Element::BF16, d, a, b);
}
TN_FUNCTION void mma_f16(f32 *d, const u32 *a, const u32 *b) {
    emulatedMma(Element::F16, d, a, b);
}
TN_FUNCTION void mma_tf32(f32 *d, const u32 *a, const u32 *b) {
    emulatedMma(Element::TF32, d, a, b);
}
TN_FUNCTION u32 pack_bf16(f32 low, f32 high) {
    return floatToBfloat(low) | (u32)floatToBfloat(high) << 16;
}
TN_FUNCTION u32 pack_f16(f32 low, f32 high) {
    return floatToHalf(low) | (u32)floatToHalf(high) << 16;
}
TN_FUNCTION f32 from_f16(u16 bits) {
    return halfToFloat(bits);
}
TN_FUNCTION u32 to_tf32(f32 value) {
    return std::isfinite(value) ? (floatToBits(value) + 0x1000u) & 0xFFFFE000u : floatToBits(value);
}
TN_FUNCTION f32 as_f32(u32 bits) {
    return bitsToFloat(bits);
}
TN_FUNCTION u32 as_u32(f32 value) {
    return floatToBits(value);
}
TN_FUNCTION u32 shuffle_xor(u32 value, u32 mask) {
    return emulatedShuffle(value, me() % WARP ^ mask);
}
TN_FUNCTION bool any_of_warp(bool value) {
    return emulatedVote(value) != 0;
}
TN_FUNCTION void device_fence() {}
TN_FUNCTION u32 atomic_add(u32 *at, u32 value) {
    u32 before = *at;
    *at += value;
    return before;
}
TN_FUNCTION f32 load_global_fresh(const f32 *at) {
    return *at;
}
TN_FUNCTION f32 exp2_approximate(f32 x) {
    return std::exp2(x);
}
TN_FUNCTION f32 reciprocal_approximate(f32 x) {
    return 1 / x;
}

#endif
