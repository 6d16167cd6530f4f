/* What Hopper's tensor cores (sm_90a) do at most, measured.
 * Two warpgroups multiply 64 rows each by the same 256 columns, 64 terms at a time, from shared memory that is written once.
 */
#include "probe.h"
#include "wgmma.h"

static const u32 GROUP_TERMS = 64, GROUP_COLUMNS = 256, GROUP_THREADS = 256;
/* Bytes of 64 lines of 64 elements. */
static const u32 GROUP_ROWS = 64 * 128;
static const u32 GROUP_RIGHT = GROUP_COLUMNS * 128;

/* Where a pair of terms of a line lies, in the swizzle of 128 bytes. */
TN_FUNCTION u32 probe_place(u32 line, u32 term) {
    u32 at = line * 128 + term * 2;
    return at ^ (at >> 7 & 7) << 4;
}

template <class T> struct Widest;
template <> struct Widest<Bf16> {
    static __device__ __forceinline__ void run(f32 *d, u64 a, u64 b) {
        wgmma_256_bf16<0, 0>(d, a, b, 1);
    }
};
template <> struct Widest<F16> {
    static __device__ __forceinline__ void run(f32 *d, u64 a, u64 b) {
        wgmma_256_f16<0, 0>(d, a, b, 1);
    }
};

template <class T> TN_FUNCTION void probe_wgmma(i32 *out, i32 pairs) {
    u32 shared = (shared_base() + 1023) & ~1023u;
    u32 right = shared + 2 * GROUP_ROWS;
    u32 rest = right + GROUP_RIGHT;
    for (u32 i = threadIdx.x; i < 2 * 64 * GROUP_TERMS / 2; i += GROUP_THREADS) {
        u32 row = i / (GROUP_TERMS / 2);
        u32 term = i % (GROUP_TERMS / 2) * 2;
        store_shared(shared + probe_place(row, term), T::pack(probe_left(row, term), probe_left(row, term + 1)));
    }
    for (u32 i = threadIdx.x; i < GROUP_COLUMNS * GROUP_TERMS / 2; i += GROUP_THREADS) {
        u32 column = i / (GROUP_TERMS / 2);
        u32 term = i % (GROUP_TERMS / 2) * 2;
        u32 place = probe_place(column, term);
        store_shared(right + place, T::pack(probe_right(term, column), probe_right(term + 1, column)));
        store_shared(rest + place, T::pack(probe_rest(term, column), probe_rest(term + 1, column)));
    }
    stores_before_async();
    block_barrier();
    u32 left = shared + threadIdx.x / 128 * GROUP_ROWS;
    f32 sums[GROUP_COLUMNS / 2];
#pragma unroll
    for (u32 i = 0; i < GROUP_COLUMNS / 2; i++) {
        sums[i] = 0;
    }
    wgmma_fence();
#pragma unroll 1
    for (i32 pair = 0; pair < pairs; pair++) {
#pragma unroll
        for (u32 half = 0; half < 2; half++) {
#pragma unroll
            for (u32 k = 0; k < GROUP_TERMS; k += 16) {
                u32 tile = half == 0 ? right : rest;
                Widest<T>::run(sums, matrix_descriptor(left + k * 2, 16, 1024), matrix_descriptor(tile + k * 2, 16, 1024));
            }
        }
        wgmma_commit();
        wgmma_wait<1>();
    }
    wgmma_wait<0>();
    i32 total = 0;
#pragma unroll
    for (u32 i = 0; i < GROUP_COLUMNS / 2; i++) {
        total += (i32)sums[i];
    }
    out[(i64)blockIdx.x * GROUP_THREADS + threadIdx.x] = total;
}

extern "C" __global__ void __launch_bounds__(256, 1) probe_wgmma_bf16(i32 *out, const i32 pairs) {
    probe_wgmma<Bf16>(out, pairs);
}
extern "C" __global__ void __launch_bounds__(256, 1) probe_wgmma_f16(i32 *out, const i32 pairs) {
    probe_wgmma<F16>(out, pairs);
}
