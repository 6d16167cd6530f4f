/* CrossEntropy and its gradient: a group a row of logits. WIDE is the losses' type, INDEX the targets'. */
#include "tenon.h"
#include "group.h"
#define VALUE TN_COMPUTE(TYPE)

#if OPERANDS == 4
TN_KERNEL cross_entropy(const TN_GLOBAL TN_STORAGE(TYPE) * logits, const TN_GLOBAL TN_STORAGE(INDEX) * targets,
                        TN_GLOBAL VALUE *losses, TN_GLOBAL VALUE *logSumExp, const TnAxes axes, const i64 n,
                        const i64 step, const i64 ignore, const i32 keeps) {
    TN_LOCAL VALUE scratch[GROUP];
    i32 me = TN_LOCAL_ID();
    TN_PLACES(at, axes, TN_GROUP_ID(0))
    VALUE largest = -TN_INFINITY;
    for (i64 i = me; i < n; i += GROUP) {
        VALUE x = TN_LOAD(TYPE)(logits, at[0] + i * step);
        largest = TN_LARGER(x, largest);
    }
    TN_REDUCE(largest, scratch, me, TN_LARGER)
    VALUE sum = 0;
    for (i64 i = me; i < n; i += GROUP) {
        sum += exp(TN_LOAD(TYPE)(logits, at[0] + i * step) - largest);
    }
    TN_REDUCE(sum, scratch, me, TN_ADD)
    if (me == 0) {
        i64 target = TN_LOAD(INDEX)(targets, at[1]);
        VALUE logSum = log(sum);
        VALUE loss = 0;
        if (target != ignore) {
            /* The difference to the maximum first: both may be large. A target that is no class has no loss. */
            loss = target >= 0 && target < n
                       ? logSum + (largest - TN_LOAD(TYPE)(logits, at[0] + target * step))
                       : (VALUE)TN_NAN;
        }
        losses[at[2]] = loss;
        if (keeps != 0) {
            logSumExp[at[3]] = largest + logSum;
        }
    }
}
#else
TN_KERNEL cross_entropy_backward(const TN_GLOBAL TN_STORAGE(TYPE) * logits, const TN_GLOBAL TN_STORAGE(INDEX) * targets,
                                 const TN_GLOBAL VALUE *logSumExp, const TN_GLOBAL VALUE *gradLosses,
                                 TN_GLOBAL TN_STORAGE(TYPE) * gradLogits, const TnAxes axes, const i64 n,
                                 const i64 step, const i64 gradStep, const i64 ignore) {
    TN_PLACES(at, axes, TN_GROUP_ID(0))
    i64 target = TN_LOAD(INDEX)(targets, at[1]);
    VALUE sum = logSumExp[at[2]];
    VALUE scale = target == ignore ? (VALUE)0 : gradLosses[at[3]];
    for (i64 i = TN_LOCAL_ID(); i < n; i += GROUP) {
        VALUE share = exp(TN_LOAD(TYPE)(logits, at[0] + i * step) - sum) - (i == target ? (VALUE)1 : (VALUE)0);
        TN_WRITE(TYPE)(gradLogits, at[4] + i * gradStep, target == ignore ? (VALUE)0 : share * scale);
    }
}
#endif
