/* Binary: out = FUNCTION(a, b), element by element; a and b of TYPE, out of OUT (TYPE, or BOOL for comparisons). */
#define OPERANDS 3
#include "tenon.h"
#include "vector.h"
#define VALUE TN_COMPUTE(TYPE)

#if TN_KIND(TYPE) == 3
/* Integers wrap: computed unsigned, since a signed overflow is undefined. */
#define BINARY_ADD(a, b) (i64)((u64)(a) + (u64)(b))
#define BINARY_SUBTRACT(a, b) (i64)((u64)(a) - (u64)(b))
#define BINARY_MULTIPLY(a, b) (i64)((u64)(a) * (u64)(b))
/* The smallest value divided by -1 overflows, which traps on a CPU. */
#define BINARY_DIVIDE(a, b) ((b) == 0 ? 0 : (b) == -1 ? (i64)(0 - (u64)(a)) : (a) / (b))
#define BINARY_REMAINDER(a, b) ((b) == 0 || (b) == -1 ? 0 : (a) % (b))
#define BINARY_MAXIMUM(a, b) ((a) > (b) ? (a) : (b))
#define BINARY_MINIMUM(a, b) ((a) < (b) ? (a) : (b))
#define BINARY_AND(a, b) ((a) & (b))
#define BINARY_OR(a, b) ((a) | (b))
#define BINARY_XOR(a, b) ((a) ^ (b))
#else
#define BINARY_ADD(a, b) ((a) + (b))
#define BINARY_SUBTRACT(a, b) ((a) - (b))
#define BINARY_MULTIPLY(a, b) ((a) * (b))
#define BINARY_DIVIDE(a, b) ((a) / (b))
#define BINARY_REMAINDER(a, b) fmod(a, b)
#define BINARY_POWER(a, b) pow(a, b)
/* NaN where either is NaN: the sum of both is. */
#define BINARY_MAXIMUM(a, b) ((a) != (a) || (b) != (b) ? (a) + (b) : (a) > (b) ? (a) : (b))
#define BINARY_MINIMUM(a, b) ((a) != (a) || (b) != (b) ? (a) + (b) : (a) < (b) ? (a) : (b))
#endif
#define BINARY_EQUAL(a, b) ((a) == (b))
#define BINARY_NOT_EQUAL(a, b) ((a) != (b))
#define BINARY_LESS(a, b) ((a) < (b))
#define BINARY_LESS_EQUAL(a, b) ((a) <= (b))
#define BINARY_GREATER(a, b) ((a) > (b))
#define BINARY_GREATER_EQUAL(a, b) ((a) >= (b))

TN_KERNEL binary(const TN_GLOBAL TN_STORAGE(TYPE) * a, const TN_GLOBAL TN_STORAGE(TYPE) * b,
                 TN_GLOBAL TN_STORAGE(OUT) * out, const TnAxes axes) {
    i64 index = TN_GLOBAL_ID() * VECTOR;
    if (index >= axes.count) {
        return;
    }
    TN_PLACES(at, axes, index)
    VALUE x[VECTOR];
    VALUE y[VECTOR];
    TN_READ_OPERAND(TYPE, x, a, axes, at, 0)
    TN_READ_OPERAND(TYPE, y, b, axes, at, 1)
    TN_COMPUTE(OUT) z[VECTOR];
    TN_EACH(j) {
        z[j] = TN_CAT(BINARY_, FUNCTION)(x[j], y[j]);
    }
    TN_PUT(OUT, z, out, at[2])
}
