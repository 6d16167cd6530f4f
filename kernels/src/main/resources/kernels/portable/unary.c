/* Unary: out = FUNCTION(in), element by element, both of TYPE. */
#define OPERANDS 2
#include "tenon.h"
#include "vector.h"
#if TN_KIND(TYPE) != 3
#define REAL TN_COMPUTE(TYPE)
#include "functions.h"
#else
#define TN_APPLY(kind) TN_CAT(tn_, kind)
/* Two's complement wraps: computed unsigned, since a signed overflow is undefined. */
TN_FUNCTION i64 tn_NEGATE(i64 x) {
    return (i64)(0 - (u64)x);
}
TN_FUNCTION i64 tn_ABS(i64 x) {
    return x < 0 ? tn_NEGATE(x) : x;
}
TN_FUNCTION i64 tn_SIGN(i64 x) {
    return x > 0 ? 1 : x < 0 ? -1 : 0;
}
TN_FUNCTION i64 tn_SQUARE(i64 x) {
    return (i64)((u64)x * (u64)x);
}
TN_FUNCTION i64 tn_NOT(i64 x) {
    return x == 0;
}
#endif

TN_KERNEL unary(const TN_GLOBAL TN_STORAGE(TYPE) * in, TN_GLOBAL TN_STORAGE(TYPE) * out, const TnAxes axes) {
    i64 index = TN_GLOBAL_ID() * VECTOR;
    if (index >= axes.count) {
        return;
    }
    TN_PLACES(at, axes, index)
    TN_COMPUTE(TYPE) x[VECTOR];
    TN_READ(TYPE, x, in, at[0])
    TN_EACH(j) {
        x[j] = TN_APPLY(FUNCTION)(x[j]);
    }
    TN_PUT(TYPE, x, out, at[1])
}
