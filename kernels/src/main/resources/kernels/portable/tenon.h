/*
 * The dialect that portable kernels are written in: OpenCL C 1.2 (and later) and CUDA C++ by way of these macros.
 *
 * Kernels are specialized when they are compiled: element types are macros whose values are the names of DType, for
 * example -DIN=BF16 -DOUT=F32. S_x is a type's storage, C_x the type it is computed in (F32 for the short floats, 64 bits
 * for all integers), K_x that type's kind: 1 for f32, 2 for f64, 3 for i64. load_x and store_x convert.
 * TN_FP64 is defined where the device has double precision.
 */
#ifdef __CUDACC__

#define TN_KERNEL extern "C" __global__ void
#define TN_FUNCTION static __device__ __forceinline__
/* Called, not inlined: for much code that is needed at many places. nvcc puts a file's path into the names of static functions. */
#define TN_CALLED extern "C" __device__ __noinline__
#define TN_CONSTANT static __device__ const
#define TN_GLOBAL
#define TN_LOCAL __shared__
#define TN_LOCAL_POINTER
#define TN_RESTRICT __restrict__
#define TN_BARRIER() __syncthreads()
#define TN_GLOBAL_ID() ((i64)blockIdx.x * blockDim.x + threadIdx.x)
#define TN_GROUP_ID(axis) ((i64)TN_CUDA_AXIS_##axis(blockIdx))
#define TN_LOCAL_ID() ((i32)threadIdx.x)
#define TN_LOCAL_SIZE() ((i32)blockDim.x)
#define TN_CUDA_AXIS_0(v) v.x
#define TN_CUDA_AXIS_1(v) v.y
#define TN_CUDA_AXIS_2(v) v.z
#define TN_AS_F32(bits) __uint_as_float(bits)
#define TN_AS_U32(value) __float_as_uint(value)
#define TN_F64_TO_F32_ZERO(value) __double2float_rz(value)
#define TN_MULTIPLY_HIGH(a, b) __umulhi(a, b)
#define TN_LEADING_ZEROS(value) __clzll((long long)(value))
#define TN_FP64 1
#define TN_INFINITY __int_as_float(0x7F800000)
#define TN_NAN __int_as_float(0x7FC00000)
typedef signed char i8;
typedef unsigned char u8;
typedef short i16;
typedef unsigned short u16;
typedef int i32;
typedef unsigned int u32;
typedef long long i64;
typedef unsigned long long u64;

#else

#pragma OPENCL FP_CONTRACT OFF
#ifdef TN_FP64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#endif
#if defined(SUB_GROUPS) && defined(cl_intel_required_subgroup_size)
#define TN_KERNEL __attribute__((intel_reqd_sub_group_size(SUB_GROUPS))) __kernel void
#else
#define TN_KERNEL __kernel void
#endif
#define TN_FUNCTION static inline
#define TN_CALLED static
#define TN_CONSTANT __constant
#define TN_GLOBAL __global
#define TN_LOCAL __local
#define TN_LOCAL_POINTER __local
#define TN_RESTRICT restrict
#define TN_BARRIER() barrier(CLK_LOCAL_MEM_FENCE)
#define TN_GLOBAL_ID() ((i64)get_global_id(0))
#define TN_GROUP_ID(axis) ((i64)get_group_id(axis))
#define TN_LOCAL_ID() ((i32)get_local_id(0))
#define TN_LOCAL_SIZE() ((i32)get_local_size(0))
#define TN_AS_F32(bits) as_float((u32)(bits))
#define TN_AS_U32(value) as_uint((f32)(value))
#define TN_F64_TO_F32_ZERO(value) convert_float_rtz(value)
#define TN_MULTIPLY_HIGH(a, b) mul_hi((u32)(a), (u32)(b))
#define TN_LEADING_ZEROS(value) clz((ulong)(value))
#define TN_INFINITY INFINITY
#define TN_NAN NAN
typedef char i8;
typedef uchar u8;
typedef short i16;
typedef ushort u16;
typedef int i32;
typedef uint u32;
typedef long i64;
typedef ulong u64;

#endif

typedef float f32;
#ifdef TN_FP64
typedef double f64;
#endif

#define TN_CAT_(a, b) a##b
#define TN_CAT(a, b) TN_CAT_(a, b)
#define TN_STORAGE(type) TN_CAT(S_, type)
#define TN_COMPUTE(type) TN_CAT(C_, type)
#define TN_KIND(type) TN_CAT(K_, type)
#define TN_LOAD(type) TN_CAT(load_, type)
#define TN_WRITE(type) TN_CAT(store_, type)

#define TN_MAX_AXES 8

/* Elements that an item takes at a time; see vector.h. */
#ifndef VECTOR
#define VECTOR 1
#endif

/*
 * A loop over the elements of several operands: element number i in row-major order over size[] lies at
 * base[k] + sum of index * stride[k][axis] in operand k, in elements. The host defines OPERANDS, and DENSE where every
 * operand's elements lie one after another in that order.
 */
#ifdef OPERANDS
typedef struct {
    i64 rank;
    i64 count;
    i64 size[TN_MAX_AXES];
    i64 base[OPERANDS];
    i64 stride[OPERANDS][TN_MAX_AXES];
} TnAxes;

#ifdef DENSE
#define TN_PLACES(at, axes, index)                                                                                     \
    i64 at[OPERANDS];                                                                                                  \
    for (i32 at##_k = 0; at##_k < OPERANDS; at##_k++) {                                                                \
        at[at##_k] = (axes).base[at##_k] + (index);                                                                    \
    }
#else
/* The division is in 32 bits where the count allows: 64-bit division is many instructions on a GPU. */
#define TN_PLACES(at, axes, index)                                                                                     \
    i64 at[OPERANDS];                                                                                                  \
    for (i32 at##_k = 0; at##_k < OPERANDS; at##_k++) {                                                                \
        at[at##_k] = (axes).base[at##_k];                                                                              \
    }                                                                                                                  \
    if ((axes).rank > 0) {                                                                                             \
        i64 at##_rest = (index);                                                                                       \
        for (i32 at##_a = (i32)(axes).rank - 1; at##_a > 0; at##_a--) {                                                \
            i64 at##_size = (axes).size[at##_a];                                                                       \
            i64 at##_quotient = (axes).count <= 0x7FFFFFFF ? (i64)((u32)at##_rest / (u32)at##_size)                    \
                                                           : at##_rest / at##_size;                                    \
            i64 at##_within = at##_rest - at##_quotient * at##_size;                                                   \
            for (i32 at##_k = 0; at##_k < OPERANDS; at##_k++) {                                                        \
                at[at##_k] += at##_within * (axes).stride[at##_k][at##_a];                                             \
            }                                                                                                          \
            at##_rest = at##_quotient;                                                                                 \
        }                                                                                                              \
        for (i32 at##_k = 0; at##_k < OPERANDS; at##_k++) {                                                            \
            at[at##_k] += at##_rest * (axes).stride[at##_k][0];                                                        \
        }                                                                                                              \
    }
#endif
#endif

/* Storage, compute type and kind of each type. */
#define S_F32 f32
#define S_F16 u16
#define S_BF16 u16
#define S_I64 i64
#define S_I32 i32
#define S_I16 i16
#define S_I8 i8
#define S_U8 u8
#define S_BOOL u8
#define C_F32 f32
#define C_F16 f32
#define C_BF16 f32
#define C_I64 i64
#define C_I32 i64
#define C_I16 i64
#define C_I8 i64
#define C_U8 i64
#define C_BOOL i64
#define K_F32 1
#define K_F16 1
#define K_BF16 1
#define K_F64 2
#define K_I64 3
#define K_I32 3
#define K_I16 3
#define K_I8 3
#define K_U8 3
#define K_BOOL 3
/* Which type a name is, for conditions of the preprocessor. */
#define N_F32 1
#define N_F16 2
#define N_BF16 3
#define N_F64 4
#define N_I64 5
#define N_I32 6
#define N_I16 7
#define N_I8 8
#define N_U8 9
#define N_BOOL 10
#define TN_NUMBER(type) TN_CAT(N_, type)

/* Clang's own conversions of binary16 are one instruction on CPUs that have it; OpenCL's functions may be twenty. */
#if defined(__clang__) && !defined(__CUDACC__) && (defined(__F16C__) || defined(__aarch64__))
#define TN_HALF_INSTRUCTIONS
#endif

/* IEEE 754 binary16 to f32, exactly. */
TN_FUNCTION f32 tn_from_half(u16 bits16) {
#ifdef __CUDA_ARCH__
    f32 value;
    asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits16));
    return value;
#else
    u32 magnitude = (u32)(bits16 & 0x7FFF) << 13;
    f32 scaled = TN_AS_F32(magnitude) * TN_AS_F32(0x77800000u); /* 2^112: moves the exponent's bias */
    u32 bits = TN_AS_U32(scaled) | (magnitude >= 0x0F800000u ? 0x7F800000u : 0u);
    return TN_AS_F32(bits | (u32)(bits16 & 0x8000) << 16);
#endif
}

/* f32 to binary16, to nearest even. */
TN_FUNCTION u16 tn_to_half(f32 value) {
#ifdef __CUDA_ARCH__
    u16 bits16;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits16) : "f"(value));
    return bits16;
#else
    u32 bits = TN_AS_U32(value);
    u32 sign = bits >> 16 & 0x8000u;
    u32 magnitude = bits & 0x7FFFFFFFu;
    u32 rounded = magnitude + 0xFFFu + (magnitude >> 13 & 1u);
    u32 normal = (rounded - 0x38000000u) >> 13;
    /* Below the normals: adding 1/2 lets the adder round to multiples of 2^-24. */
    u32 small = TN_AS_U32(TN_AS_F32(magnitude) + 0.5f) - 0x3F000000u;
    u32 result = magnitude < 0x38800000u ? small : normal;
    result = magnitude >= 0x477FF000u ? 0x7C00u : result;
    result = magnitude > 0x7F800000u ? 0x7E00u : result;
    return (u16)(sign | result);
#endif
}

TN_FUNCTION f32 tn_from_bfloat(u16 value) {
    return TN_AS_F32((u32)value << 16);
}

/* f32 to bfloat16, to nearest even; a NaN stays one. */
TN_FUNCTION u16 tn_to_bfloat(f32 value) {
#ifdef __CUDA_ARCH__
    u16 bits16;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits16) : "f"(value));
    return bits16;
#else
    u32 bits = TN_AS_U32(value);
    u32 rounded = (bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16;
    return (u16)(value != value ? (bits >> 16 | 0x40u) : rounded);
#endif
}

/* A value of a type's storage, in its compute type; and back. */
#define TN_FROM(type) TN_CAT(from_, type)
#define TN_TO(type) TN_CAT(to_, type)
#define TN_CONVERSION(type)                                                                                            \
    TN_FUNCTION C_##type from_##type(S_##type bits) {                                                                  \
        return (C_##type)bits;                                                                                         \
    }                                                                                                                  \
    TN_FUNCTION S_##type to_##type(C_##type value) {                                                                   \
        return (S_##type)value;                                                                                        \
    }
TN_CONVERSION(F32)
TN_CONVERSION(I64)
TN_CONVERSION(I32)
TN_CONVERSION(I16)
TN_CONVERSION(I8)
TN_CONVERSION(U8)
TN_FUNCTION f32 from_F16(u16 bits) {
    return tn_from_half(bits);
}
TN_FUNCTION u16 to_F16(f32 value) {
    return tn_to_half(value);
}
TN_FUNCTION f32 from_BF16(u16 bits) {
    return tn_from_bfloat(bits);
}
TN_FUNCTION u16 to_BF16(f32 value) {
    return tn_to_bfloat(value);
}
TN_FUNCTION i64 from_BOOL(u8 bits) {
    return bits;
}
TN_FUNCTION u8 to_BOOL(i64 value) {
    return value != 0;
}

#define TN_LOADER(type)                                                                                                \
    TN_FUNCTION C_##type load_##type(const TN_GLOBAL S_##type *from, i64 at) {                                         \
        return from_##type(from[at]);                                                                                  \
    }
#define TN_STORER(type)                                                                                                \
    TN_FUNCTION void store_##type(TN_GLOBAL S_##type *to, i64 at, C_##type value) {                                    \
        to[at] = to_##type(value);                                                                                     \
    }
#define TN_ACCESS(type) TN_LOADER(type) TN_STORER(type)
TN_ACCESS(F32)
TN_ACCESS(BF16)
TN_ACCESS(I64)
TN_ACCESS(I32)
TN_ACCESS(I16)
TN_ACCESS(I8)
TN_ACCESS(U8)
TN_ACCESS(BOOL)
#ifdef TN_HALF_INSTRUCTIONS
TN_FUNCTION f32 load_F16(const TN_GLOBAL u16 *from, i64 at) {
    return __builtin_load_halff((const TN_GLOBAL half *)(from + at));
}
TN_FUNCTION void store_F16(TN_GLOBAL u16 *to, i64 at, f32 value) {
    __builtin_store_halff(value, (TN_GLOBAL half *)(to + at));
}
#else
TN_ACCESS(F16)
#endif

#ifdef TN_FP64
#define S_F64 f64
#define C_F64 f64
TN_CONVERSION(F64)
TN_ACCESS(F64)

/* f64 to f32, with the last bit set where anything was cut off: rounding once more, to fewer bits, is then exact. */
TN_FUNCTION f32 tn_to_odd(f64 value) {
    f32 cut = TN_F64_TO_F32_ZERO(value);
    return value == value && (f64)cut != value ? TN_AS_F32(TN_AS_U32(cut) | 1u) : cut;
}
#endif
