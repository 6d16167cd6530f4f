/* UnaryBackward: gradIn = FUNCTION'(in) * gradOut, element by element, all of TYPE. */
#define OPERANDS 3
#include "tenon.h"
#define REAL TN_COMPUTE(TYPE)
#include "functions.h"

TN_KERNEL unary_backward(const TN_GLOBAL TN_STORAGE(TYPE) * in, const TN_GLOBAL TN_STORAGE(TYPE) * gradOut,
                         TN_GLOBAL TN_STORAGE(TYPE) * gradIn, const TnAxes axes) {
    i64 index = TN_GLOBAL_ID();
    if (index >= axes.count) {
        return;
    }
    TN_PLACES(at, axes, index)
    REAL slope = TN_SLOPE(FUNCTION)(TN_LOAD(TYPE)(in, at[0]));
    TN_WRITE(TYPE)(gradIn, at[2], slope * TN_LOAD(TYPE)(gradOut, at[1]));
}
