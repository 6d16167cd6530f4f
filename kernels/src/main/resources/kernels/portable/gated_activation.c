/* GatedActivation and its gradient: out = FUNCTION(gate) * up, element by element, all of TYPE. */
#include "tenon.h"
#define REAL TN_COMPUTE(TYPE)
#include "functions.h"

#if OPERANDS == 3
TN_KERNEL gated_activation(const TN_GLOBAL TN_STORAGE(TYPE) * gate, const TN_GLOBAL TN_STORAGE(TYPE) * up,
                           TN_GLOBAL TN_STORAGE(TYPE) * out, const TnAxes axes) {
    i64 index = TN_GLOBAL_ID();
    if (index >= axes.count) {
        return;
    }
    TN_PLACES(at, axes, index)
    REAL value = TN_APPLY(FUNCTION)(TN_LOAD(TYPE)(gate, at[0]));
    TN_WRITE(TYPE)(out, at[2], value * TN_LOAD(TYPE)(up, at[1]));
}
#else
TN_KERNEL gated_activation_backward(const TN_GLOBAL TN_STORAGE(TYPE) * gate, const TN_GLOBAL TN_STORAGE(TYPE) * up,
                                    const TN_GLOBAL TN_STORAGE(TYPE) * gradOut, TN_GLOBAL TN_STORAGE(TYPE) * gradGate,
                                    TN_GLOBAL TN_STORAGE(TYPE) * gradUp, const TnAxes axes) {
    i64 index = TN_GLOBAL_ID();
    if (index >= axes.count) {
        return;
    }
    TN_PLACES(at, axes, index)
    REAL x = TN_LOAD(TYPE)(gate, at[0]);
    REAL y = TN_LOAD(TYPE)(up, at[1]);
    REAL g = TN_LOAD(TYPE)(gradOut, at[2]);
    TN_WRITE(TYPE)(gradGate, at[3], g * y * TN_SLOPE(FUNCTION)(x));
    TN_WRITE(TYPE)(gradUp, at[4], g * TN_APPLY(FUNCTION)(x));
}
#endif
