/*
 * LayerNorm and its gradient along the last axis: a group a row. WEIGHT and BIAS are the types of weight and bias. Operands that the
 * operator leaves out come as other storages; macros say which are there.
 */
#include "tenon.h"
#include "group.h"
#define VALUE TN_COMPUTE(TYPE)
#define STORAGE TN_STORAGE(TYPE)

#if OPERANDS == 4
TN_KERNEL layer_norm(const TN_GLOBAL STORAGE *in, const TN_GLOBAL TN_STORAGE(WEIGHT) * weight,
                     const TN_GLOBAL TN_STORAGE(BIAS) * bias, TN_GLOBAL STORAGE *out, TN_GLOBAL VALUE *means,
                     TN_GLOBAL VALUE *rstds, const TnAxes axes, const i64 n, const i64 inStep, const i64 outStep,
                     const i64 weightBase, const i64 weightStep, const i64 biasBase, const i64 biasStep,
                     const f32 epsilon) {
    TN_LOCAL VALUE scratch[GROUP];
    i32 me = TN_LOCAL_ID();
    TN_PLACES(at, axes, TN_GROUP_ID(0))
    VALUE mean = 0;
    for (i64 i = me; i < n; i += GROUP) {
        mean += TN_LOAD(TYPE)(in, at[0] + i * inStep);
    }
    TN_REDUCE(mean, scratch, me, TN_ADD)
    mean /= n;
    VALUE variance = 0;
    for (i64 i = me; i < n; i += GROUP) {
        VALUE d = TN_LOAD(TYPE)(in, at[0] + i * inStep) - mean;
        variance += d * d;
    }
    TN_REDUCE(variance, scratch, me, TN_ADD)
    VALUE rstd = 1 / sqrt(variance / n + epsilon);
    for (i64 i = me; i < n; i += GROUP) {
        VALUE y = (TN_LOAD(TYPE)(in, at[0] + i * inStep) - mean) * rstd;
#ifdef HAS_WEIGHT
        y *= TN_LOAD(WEIGHT)(weight, weightBase + i * weightStep);
#endif
#ifdef HAS_BIAS
        y += TN_LOAD(BIAS)(bias, biasBase + i * biasStep);
#endif
        TN_WRITE(TYPE)(out, at[1] + i * outStep, y);
    }
    if (me == 0) {
#ifdef HAS_MEAN
        means[at[2]] = mean;
#endif
#ifdef HAS_RSTD
        rstds[at[3]] = rstd;
#endif
    }
}
#else
TN_KERNEL layer_norm_backward(const TN_GLOBAL STORAGE *gradOut, const TN_GLOBAL STORAGE *in,
                              const TN_GLOBAL TN_STORAGE(WEIGHT) * weight, const TN_GLOBAL VALUE *means,
                              const TN_GLOBAL VALUE *rstds, TN_GLOBAL STORAGE *gradIn, const TnAxes axes, const i64 n,
                              const i64 gradOutStep, const i64 inStep, const i64 gradInStep, const i64 weightBase,
                              const i64 weightStep) {
    TN_LOCAL VALUE scratch[GROUP];
    i32 me = TN_LOCAL_ID();
    TN_PLACES(at, axes, TN_GROUP_ID(0))
    VALUE mean = means[at[2]];
    VALUE rstd = rstds[at[3]];
    VALUE centre = 0;
    VALUE slope = 0;
    for (i64 i = me; i < n; i += GROUP) {
        VALUE term = TN_LOAD(TYPE)(gradOut, at[0] + i * gradOutStep);
#ifdef HAS_WEIGHT
        term *= TN_LOAD(WEIGHT)(weight, weightBase + i * weightStep);
#endif
        centre += term;
        slope += term * ((TN_LOAD(TYPE)(in, at[1] + i * inStep) - mean) * rstd);
    }
    TN_REDUCE(centre, scratch, me, TN_ADD)
    TN_REDUCE(slope, scratch, me, TN_ADD)
    centre /= n;
    slope /= n;
    for (i64 i = me; i < n; i += GROUP) {
        VALUE term = TN_LOAD(TYPE)(gradOut, at[0] + i * gradOutStep);
#ifdef HAS_WEIGHT
        term *= TN_LOAD(WEIGHT)(weight, weightBase + i * weightStep);
#endif
        VALUE normal = (TN_LOAD(TYPE)(in, at[1] + i * inStep) - mean) * rstd;
        TN_WRITE(TYPE)(gradIn, at[4] + i * gradInStep, rstd * (term - centre - normal * slope));
    }
}
#endif
