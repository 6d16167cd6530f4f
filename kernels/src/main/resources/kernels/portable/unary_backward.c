/* UnaryBackward: gradIn = FUNCTION'(in) * gradOut, element by element, all of TYPE. */
#define OPERANDS 3
#include "tenon.h"
#include "vector.h"
#define REAL TN_COMPUTE(TYPE)
#include "functions.h"

TN_KERNEL unary_backward(const TN_GLOBAL TN_STORAGE(TYPE) * in, const TN_GLOBAL TN_STORAGE(TYPE) * gradOut,
                         TN_GLOBAL TN_STORAGE(TYPE) * gradIn, const TnAxes axes) {
    i64 index = TN_GLOBAL_ID() * VECTOR;
    if (index >= axes.count) {
        return;
    }
    TN_PLACES(at, axes, index)
    REAL x[VECTOR];
    REAL g[VECTOR];
    TN_READ(TYPE, x, in, at[0])
    TN_READ(TYPE, g, gradOut, at[1])
    TN_EACH(j) {
        g[j] *= TN_SLOPE(FUNCTION)(x[j]);
    }
    TN_PUT(TYPE, g, gradIn, at[2])
}
