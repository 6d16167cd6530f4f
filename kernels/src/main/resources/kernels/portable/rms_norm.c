/* RmsNorm and its gradient along the last axis: a group a row. Macros say which optional operands are there. */
#include "tenon.h"
#include "group.h"
#define VALUE TN_COMPUTE(TYPE)
#define STORAGE TN_STORAGE(TYPE)

#ifndef BACKWARD
#ifdef HAS_RESIDUAL
#define SUMMED(i)                                                                                                      \
    (TN_LOAD(TYPE)(in, at[0] + (i) * inStep) + TN_LOAD(TYPE)(residual, at[1] + (i) * residualStep))
#else
#define SUMMED(i) TN_LOAD(TYPE)(in, at[0] + (i) * inStep)
#endif

TN_KERNEL rms_norm(const TN_GLOBAL STORAGE *in, const TN_GLOBAL STORAGE *residual,
                   const TN_GLOBAL TN_STORAGE(WEIGHT) * weight, TN_GLOBAL STORAGE *out, TN_GLOBAL STORAGE *sum,
                   TN_GLOBAL VALUE *rstds, const TnAxes axes, const i64 n, const i64 inStep, const i64 residualStep,
                   const i64 outStep, const i64 sumStep, const i64 weightBase, const i64 weightStep,
                   const f32 weightOffset, const f32 epsilon) {
    TN_LOCAL VALUE scratch[GROUP];
    i32 me = TN_LOCAL_ID();
    TN_PLACES(at, axes, TN_GROUP_ID(0))
    VALUE squares = 0;
    for (i64 i = me; i < n; i += GROUP) {
        VALUE s = SUMMED(i);
        squares += s * s;
#ifdef HAS_SUM
        TN_WRITE(TYPE)(sum, at[3] + i * sumStep, s);
#endif
    }
    TN_REDUCE(squares, scratch, me, TN_ADD)
    VALUE rstd = 1 / sqrt(squares / n + epsilon);
    for (i64 i = me; i < n; i += GROUP) {
#ifdef HAS_SUM
        /* The sum may lie on an addend, which is then gone. Each item reads what it wrote itself. */
        VALUE y = TN_LOAD(TYPE)(sum, at[3] + i * sumStep) * rstd;
#else
        VALUE y = SUMMED(i) * rstd;
#endif
#ifdef HAS_WEIGHT
        y *= TN_LOAD(WEIGHT)(weight, weightBase + i * weightStep) + weightOffset;
#endif
        TN_WRITE(TYPE)(out, at[2] + i * outStep, y);
    }
#ifdef HAS_RSTD
    if (me == 0) {
        rstds[at[4]] = rstd;
    }
#endif
}
#else
TN_KERNEL rms_norm_backward(const TN_GLOBAL STORAGE *gradOut, const TN_GLOBAL STORAGE *sum,
                            const TN_GLOBAL TN_STORAGE(WEIGHT) * weight, const TN_GLOBAL VALUE *rstds,
                            const TN_GLOBAL STORAGE *gradSum, TN_GLOBAL STORAGE *gradIn, const TnAxes axes,
                            const i64 n, const i64 gradOutStep, const i64 sumStep, const i64 gradSumStep,
                            const i64 gradInStep, const i64 weightBase, const i64 weightStep,
                            const f32 weightOffset) {
    TN_LOCAL VALUE scratch[GROUP];
    i32 me = TN_LOCAL_ID();
    TN_PLACES(at, axes, TN_GROUP_ID(0))
    VALUE rstd = rstds[at[2]];
    VALUE slope = 0;
    for (i64 i = me; i < n; i += GROUP) {
        VALUE term = TN_LOAD(TYPE)(gradOut, at[0] + i * gradOutStep);
#ifdef HAS_WEIGHT
        term *= TN_LOAD(WEIGHT)(weight, weightBase + i * weightStep) + weightOffset;
#endif
        slope += term * (TN_LOAD(TYPE)(sum, at[1] + i * sumStep) * rstd);
    }
    TN_REDUCE(slope, scratch, me, TN_ADD)
    slope /= n;
    for (i64 i = me; i < n; i += GROUP) {
        VALUE term = TN_LOAD(TYPE)(gradOut, at[0] + i * gradOutStep);
#ifdef HAS_WEIGHT
        term *= TN_LOAD(WEIGHT)(weight, weightBase + i * weightStep) + weightOffset;
#endif
        VALUE normal = TN_LOAD(TYPE)(sum, at[1] + i * sumStep) * rstd;
        VALUE gradient = rstd * (term - normal * slope);
#ifdef HAS_GRAD_SUM
        gradient += TN_LOAD(TYPE)(gradSum, at[3] + i * gradSumStep);
#endif
        TN_WRITE(TYPE)(gradIn, at[4] + i * gradInStep, gradient);
    }
}
#endif
