/* GatedActivation and its gradient: out = FUNCTION(gate) * up, element by element, all of TYPE. */
#include "tenon.h"
#include "vector.h"
#define REAL TN_COMPUTE(TYPE)
#include "functions.h"

#if OPERANDS == 3
TN_KERNEL gated_activation(const TN_GLOBAL TN_STORAGE(TYPE) * gate, const TN_GLOBAL TN_STORAGE(TYPE) * up,
                           TN_GLOBAL TN_STORAGE(TYPE) * out, const TnAxes axes) {
    i64 index = TN_GLOBAL_ID() * VECTOR;
    if (index >= axes.count) {
        return;
    }
    TN_PLACES(at, axes, index)
    REAL x[VECTOR];
    REAL y[VECTOR];
    TN_READ(TYPE, x, gate, at[0])
    TN_READ(TYPE, y, up, at[1])
    TN_EACH(j) {
        x[j] = TN_APPLY(FUNCTION)(x[j]) * y[j];
    }
    TN_PUT(TYPE, x, out, at[2])
}
#else
TN_KERNEL gated_activation_backward(const TN_GLOBAL TN_STORAGE(TYPE) * gate, const TN_GLOBAL TN_STORAGE(TYPE) * up,
                                    const TN_GLOBAL TN_STORAGE(TYPE) * gradOut, TN_GLOBAL TN_STORAGE(TYPE) * gradGate,
                                    TN_GLOBAL TN_STORAGE(TYPE) * gradUp, const TnAxes axes) {
    i64 index = TN_GLOBAL_ID() * VECTOR;
    if (index >= axes.count) {
        return;
    }
    TN_PLACES(at, axes, index)
    REAL x[VECTOR];
    REAL y[VECTOR];
    REAL g[VECTOR];
    TN_READ(TYPE, x, gate, at[0])
    TN_READ(TYPE, y, up, at[1])
    TN_READ(TYPE, g, gradOut, at[2])
    TN_EACH(j) {
        y[j] = g[j] * y[j] * TN_SLOPE(FUNCTION)(x[j]);
        g[j] *= TN_APPLY(FUNCTION)(x[j]);
    }
    TN_PUT(TYPE, y, gradGate, at[3])
    TN_PUT(TYPE, g, gradUp, at[4])
}
#endif
