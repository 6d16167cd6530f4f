/*
 * What a device can do at most, measured, for sm_80 and later: F32 multiply-adds; products of mma.sync from registers, a warp a
 * tile of 32 x 32 again and again; reads, and copies, of a piece of memory by each block, 16 bytes an access, four under way in each
 * thread. Blocks have 256 threads.
 */
#include "probe.h"

static const u32 PROBE_THREADS = 256, PROBE_CHAINS = 16, PROBE_AHEAD = 4;

extern "C" __global__ void __launch_bounds__(256)
    probe_multiply_add(f32 *out, const f32 factor, const f32 addend, const i32 steps) {
    f32 sums[PROBE_CHAINS];
#pragma unroll
    for (u32 c = 0; c < PROBE_CHAINS; c++) {
        sums[c] = addend * (f32)c;
    }
#pragma unroll 8
    for (i32 step = 0; step < steps; step++) {
#pragma unroll
        for (u32 c = 0; c < PROBE_CHAINS; c++) {
            sums[c] = fmaf(sums[c], factor, addend);
        }
    }
    f32 total = 0;
#pragma unroll
    for (u32 c = 0; c < PROBE_CHAINS; c++) {
        total += sums[c];
    }
    out[(i64)blockIdx.x * PROBE_THREADS + threadIdx.x] = total;
}

struct Tf32 {
    static __device__ __forceinline__ void mma(f32 *d, const u32 *a, const u32 *b) {
        mma_tf32(d, a, b);
    }
    static __device__ __forceinline__ u32 pack(f32 first, f32) {
        return to_tf32(first);
    }
};

/* ELEMENTS: of a register. */
template <class T, u32 ELEMENTS> TN_FUNCTION void probe_mma(i32 *out, i32 pairs) {
    u32 lane = threadIdx.x % 32;
    u32 a[2][4];
    u32 b[4][2];
    u32 rest[4][2];
    f32 sums[2][4][4];
#pragma unroll
    for (u32 i = 0; i < 2; i++) {
#pragma unroll
        for (u32 e = 0; e < 4; e++) {
            u32 row = i * 16 + (e & 1) * 8 + lane / 4;
            u32 term = ELEMENTS * (lane % 4 + (e >> 1) * 4);
            a[i][e] = T::pack(probe_left(row, term), probe_left(row, term + 1));
        }
    }
#pragma unroll
    for (u32 j = 0; j < 4; j++) {
#pragma unroll
        for (u32 e = 0; e < 2; e++) {
            u32 column = j * 8 + lane / 4;
            u32 term = ELEMENTS * (lane % 4 + e * 4);
            b[j][e] = T::pack(probe_right(term, column), probe_right(term + 1, column));
            rest[j][e] = T::pack(probe_rest(term, column), probe_rest(term + 1, column));
        }
#pragma unroll
        for (u32 i = 0; i < 2; i++) {
#pragma unroll
            for (u32 e = 0; e < 4; e++) {
                sums[i][j][e] = 0;
            }
        }
    }
#pragma unroll 1
    for (i32 pair = 0; pair < pairs; pair++) {
#pragma unroll
        for (u32 i = 0; i < 2; i++) {
#pragma unroll
            for (u32 j = 0; j < 4; j++) {
                T::mma(sums[i][j], a[i], b[j]);
            }
        }
#pragma unroll
        for (u32 i = 0; i < 2; i++) {
#pragma unroll
            for (u32 j = 0; j < 4; j++) {
                T::mma(sums[i][j], a[i], rest[j]);
            }
        }
    }
    i32 total = 0;
#pragma unroll
    for (u32 i = 0; i < 2; i++) {
#pragma unroll
        for (u32 j = 0; j < 4; j++) {
#pragma unroll
            for (u32 e = 0; e < 4; e++) {
                total += (i32)sums[i][j][e];
            }
        }
    }
    out[(i64)blockIdx.x * PROBE_THREADS + threadIdx.x] = total;
}

#define PROBE_MMA(name, T, ELEMENTS)                                                                                   \
    extern "C" __global__ void __launch_bounds__(256) name(i32 *out, const i32 pairs) {                                \
        probe_mma<T, ELEMENTS>(out, pairs);                                                                            \
    }
PROBE_MMA(probe_mma_bf16, Bf16, 2)
PROBE_MMA(probe_mma_f16, F16, 2)
PROBE_MMA(probe_mma_tf32, Tf32, 1)

/* Four numbers a thread. */
extern "C" __global__ void __launch_bounds__(256) probe_fill(u32 *data) {
    i64 at = ((i64)blockIdx.x * PROBE_THREADS + threadIdx.x) * 4;
    u32 first = (u32)at;
    Four four = {{first * 2654435761u, (first + 1) * 2654435761u, (first + 2) * 2654435761u, (first + 3) * 2654435761u}};
    store_global4(data + at, four);
}

/* Of piece numbers, a multiple of 4096. */
extern "C" __global__ void __launch_bounds__(256) probe_read(const u32 *data, u32 *out, const i64 piece) {
    const u32 *from = data + blockIdx.x * piece + threadIdx.x * 4;
    u32 sum = 0;
#pragma unroll 1
    for (i64 at = 0; at < piece; at += PROBE_AHEAD * PROBE_THREADS * 4) {
        Four four[PROBE_AHEAD];
#pragma unroll
        for (u32 i = 0; i < PROBE_AHEAD; i++) {
            four[i] = load_global4(from + at + i * PROBE_THREADS * 4);
        }
#pragma unroll
        for (u32 i = 0; i < PROBE_AHEAD; i++) {
            sum += four[i].x[0] + four[i].x[1] + four[i].x[2] + four[i].x[3];
        }
    }
    out[(i64)blockIdx.x * PROBE_THREADS + threadIdx.x] = sum;
}

extern "C" __global__ void __launch_bounds__(256) probe_copy(const u32 *data, u32 *out, const i64 piece) {
    i64 first = blockIdx.x * piece + threadIdx.x * 4;
#pragma unroll 1
    for (i64 at = first; at < first + piece; at += PROBE_AHEAD * PROBE_THREADS * 4) {
        Four four[PROBE_AHEAD];
#pragma unroll
        for (u32 i = 0; i < PROBE_AHEAD; i++) {
            four[i] = load_global4(data + at + i * PROBE_THREADS * 4);
        }
#pragma unroll
        for (u32 i = 0; i < PROBE_AHEAD; i++) {
            store_global4(out + at + i * PROBE_THREADS * 4, four[i]);
        }
    }
}
