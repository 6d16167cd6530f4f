/* CrossEntropy and its gradient: a group a row of logits. WIDE is the losses' type, INDEX the targets'. */
#include "tenon.h"
#include "row.h"
#define VALUE TN_COMPUTE(TYPE)

#if OPERANDS == 4
TN_KERNEL cross_entropy(const TN_GLOBAL TN_STORAGE(TYPE) * logits, const TN_GLOBAL TN_STORAGE(INDEX) * targets,
                        TN_GLOBAL VALUE *losses, TN_GLOBAL VALUE *logSumExp, const TnAxes axes, const i64 n,
                        const i64 step, const i64 ignore, const i32 keeps, const i32 form) {
    TN_LOCAL VALUE scratch[TN_SCRATCH];
    i32 me = TN_LOCAL_ID();
    TN_PLACES(at, axes, TN_GROUP_ID(0))
    VALUE largest = -TN_INFINITY;
    TN_ROW(i) {
        VALUE x[VECTOR];
        TN_ROW_READ(TYPE, x, logits, at[0], i, step, -TN_INFINITY)
        TN_EACH(j) {
            largest = TN_LARGER(x[j], largest);
        }
    }
    TN_REDUCE(largest, scratch, me, TN_LARGER)
    VALUE sum = 0;
    TN_ROW(i) {
        VALUE x[VECTOR];
        TN_ROW_READ(TYPE, x, logits, at[0], i, step, -TN_INFINITY)
        TN_EACH(j) {
            sum += exp(x[j] - largest);
        }
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
                                 const i64 step, const i64 gradStep, const i64 ignore, const i32 form) {
    i32 me = TN_LOCAL_ID();
    TN_PLACES(at, axes, TN_GROUP_ID(0))
    i64 target = TN_LOAD(INDEX)(targets, at[1]);
    VALUE sum = logSumExp[at[2]];
    VALUE scale = target == ignore ? (VALUE)0 : gradLosses[at[3]];
    TN_ROW(i) {
        VALUE x[VECTOR];
        TN_ROW_READ(TYPE, x, logits, at[0], i, step, 0)
        TN_EACH(j) {
            VALUE share = exp(x[j] - sum) - (TN_IN_ROW(i, j) == target ? (VALUE)1 : (VALUE)0);
            x[j] = target == ignore ? (VALUE)0 : share * scale;
        }
        TN_ROW_WRITE(TYPE, x, gradLogits, at[4], i, gradStep)
    }
}
#endif
