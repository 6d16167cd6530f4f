/* Softmax, its logarithm and their gradients along the last axis: a group a row. axes are the rows; steps are the last axis's. */
#include "tenon.h"
#include "group.h"
#define VALUE TN_COMPUTE(TYPE)
#define STORAGE TN_STORAGE(TYPE)

#if OPERANDS == 2
TN_KERNEL softmax(const TN_GLOBAL STORAGE *in, TN_GLOBAL STORAGE *out, const TnAxes axes, const i64 n,
                  const i64 inStep, const i64 outStep) {
    TN_LOCAL VALUE scratch[GROUP];
    i32 me = TN_LOCAL_ID();
    TN_PLACES(at, axes, TN_GROUP_ID(0))
    VALUE largest = -TN_INFINITY;
    for (i64 i = me; i < n; i += GROUP) {
        VALUE x = TN_LOAD(TYPE)(in, at[0] + i * inStep);
        largest = TN_LARGER(x, largest);
    }
    TN_REDUCE(largest, scratch, me, TN_LARGER)
    VALUE sum = 0;
    for (i64 i = me; i < n; i += GROUP) {
        sum += exp(TN_LOAD(TYPE)(in, at[0] + i * inStep) - largest);
    }
    TN_REDUCE(sum, scratch, me, TN_ADD)
#ifdef LOGARITHM
    VALUE logSum = log(sum);
    for (i64 i = me; i < n; i += GROUP) {
        TN_WRITE(TYPE)(out, at[1] + i * outStep, TN_LOAD(TYPE)(in, at[0] + i * inStep) - largest - logSum);
    }
#else
    for (i64 i = me; i < n; i += GROUP) {
        TN_WRITE(TYPE)(out, at[1] + i * outStep, exp(TN_LOAD(TYPE)(in, at[0] + i * inStep) - largest) / sum);
    }
#endif
}
#else
TN_KERNEL softmax_backward(const TN_GLOBAL STORAGE *out, const TN_GLOBAL STORAGE *gradOut, TN_GLOBAL STORAGE *gradIn,
                           const TnAxes axes, const i64 n, const i64 outStep, const i64 gradOutStep,
                           const i64 gradInStep) {
    TN_LOCAL VALUE scratch[GROUP];
    i32 me = TN_LOCAL_ID();
    TN_PLACES(at, axes, TN_GROUP_ID(0))
    VALUE sum = 0;
    for (i64 i = me; i < n; i += GROUP) {
        VALUE g = TN_LOAD(TYPE)(gradOut, at[1] + i * gradOutStep);
#ifdef LOGARITHM
        sum += g;
#else
        sum += g * TN_LOAD(TYPE)(out, at[0] + i * outStep);
#endif
    }
    TN_REDUCE(sum, scratch, me, TN_ADD)
    for (i64 i = me; i < n; i += GROUP) {
        VALUE y = TN_LOAD(TYPE)(out, at[0] + i * outStep);
        VALUE g = TN_LOAD(TYPE)(gradOut, at[1] + i * gradOutStep);
#ifdef LOGARITHM
        TN_WRITE(TYPE)(gradIn, at[2] + i * gradInStep, g - exp(y) * sum);
#else
        TN_WRITE(TYPE)(gradIn, at[2] + i * gradInStep, y * (g - sum));
#endif
    }
}
#endif
