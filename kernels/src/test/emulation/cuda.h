/*
 * What the CUDA compiler gives a kernel's source, for g++: the words, the built-in variables, and fail(), which ends the
 * run with a sentence that says which thread of which block did what.
 */
#pragma once
#include <cmath>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#define __global__
#define __device__
#define __forceinline__ inline
#define __noinline__
#define __launch_bounds__(...)
#define __cluster_dims__(...)
#define __grid_constant__
#define __restrict__

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

struct dim3 {
    u32 x = 1, y = 1, z = 1;
};

inline dim3 gridDim, blockDim, blockIdx;
/* Of the fiber that runs now. */
inline dim3 threadIdx;
inline std::string emulatedKernel;

[[noreturn]] inline void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fflush(stdout);
    fprintf(stderr, "%s, block %u %u %u, thread %u: ", emulatedKernel.c_str(), blockIdx.x, blockIdx.y, blockIdx.z, threadIdx.x);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    fflush(stderr);
    _Exit(1);
}

inline f32 __expf(f32 x) {
    return std::exp(x);
}
using std::fma;
using std::fmax;
using std::isnan;
