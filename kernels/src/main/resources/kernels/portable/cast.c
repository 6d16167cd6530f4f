/* Cast: the values of IN as OUT. Floats round to nearest even once; to integers they truncate and saturate, NaN gives 0. */
#define OPERANDS 2
#include "tenon.h"
#include "vector.h"

#if TN_NUMBER(OUT) == N_BOOL
#define CONVERT(x) ((x) != 0)
#elif TN_KIND(OUT) == 3 && TN_KIND(IN) == 3
#define CONVERT(x) (x)
#elif TN_KIND(OUT) == 3
#if TN_NUMBER(OUT) == N_I64
#define LOWEST (-0x7FFFFFFFFFFFFFFF - 1)
#define HIGHEST 0x7FFFFFFFFFFFFFFF
/* The lowest is a power of two, which floats hold; the first number past the highest is its negative. */
#define PAST 9223372036854775808.0f
#elif TN_NUMBER(OUT) == N_I32
#define LOWEST (-0x7FFFFFFF - 1)
#define HIGHEST 0x7FFFFFFF
#define PAST 2147483648.0f
#elif TN_NUMBER(OUT) == N_I16
#define LOWEST -32768
#define HIGHEST 32767
#define PAST 32768.0f
#elif TN_NUMBER(OUT) == N_I8
#define LOWEST -128
#define HIGHEST 127
#define PAST 128.0f
#else
#define LOWEST 0
#define HIGHEST 255
#define PAST 256.0f
#endif
TN_FUNCTION i64 CONVERT(TN_COMPUTE(IN) x) {
    if (x != x) {
        return 0;
    }
    return x >= PAST ? (i64)HIGHEST : x <= LOWEST ? (i64)LOWEST : (i64)x;
}
#elif TN_KIND(IN) == 3 && (TN_NUMBER(OUT) == N_F16 || TN_NUMBER(OUT) == N_BF16)
/* 24 leading bits, the last of them set where anything follows: storing rounds once more, to fewer, exactly. */
TN_FUNCTION f32 CONVERT(i64 x) {
    u64 magnitude = x < 0 ? 0 - (u64)x : (u64)x;
    if (magnitude < 1 << 24) {
        return (f32)x;
    }
    i32 shift = 40 - (i32)TN_LEADING_ZEROS(magnitude);
    u64 kept = magnitude >> shift;
    kept |= kept << shift != magnitude;
    f32 scaled = (f32)kept * (f32)((u64)1 << shift);
    return x < 0 ? -scaled : scaled;
}
#elif TN_KIND(IN) == 2 && (TN_NUMBER(OUT) == N_F16 || TN_NUMBER(OUT) == N_BF16)
#define CONVERT(x) tn_to_odd(x)
#else
#define CONVERT(x) ((TN_COMPUTE(OUT))(x))
#endif

TN_KERNEL cast(const TN_GLOBAL TN_STORAGE(IN) * in, TN_GLOBAL TN_STORAGE(OUT) * out, const TnAxes axes) {
    i64 index = TN_GLOBAL_ID() * VECTOR;
    if (index >= axes.count) {
        return;
    }
    TN_PLACES(at, axes, index)
    TN_COMPUTE(IN) x[VECTOR];
    TN_COMPUTE(OUT) y[VECTOR];
    TN_READ(IN, x, in, at[0])
    TN_EACH(j) {
        y[j] = CONVERT(x[j]);
    }
    TN_PUT(OUT, y, out, at[1])
}
