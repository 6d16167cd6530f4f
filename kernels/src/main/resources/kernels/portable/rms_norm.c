/* RmsNorm and its gradient along the last axis: a group a row. FORM has a bit for each optional operand that is there. */
#include "tenon.h"
#include "row.h"
#define VALUE TN_COMPUTE(TYPE)
#define STORAGE TN_STORAGE(TYPE)
#define WEIGHTS 2

#define TIMES_WEIGHT(values, i)                                                                                        \
    if (TN_HAS(WEIGHTS)) {                                                                                             \
        TN_COMPUTE(WEIGHT) w[VECTOR];                                                                                  \
        TN_ROW_READ(WEIGHT, w, weight, weightBase, i, weightStep, 0)                                                   \
        TN_EACH(j) {                                                                                                   \
            (values)[j] *= w[j] + weightOffset;                                                                        \
        }                                                                                                              \
    }

#ifndef BACKWARD
#define RESIDUAL 4
#define SUM 8
#define RSTD 16

#define READ_SUMMED(values, i)                                                                                         \
    TN_ROW_READ(TYPE, values, in, at[0], i, inStep, 0)                                                                 \
    if (TN_HAS(RESIDUAL)) {                                                                                            \
        VALUE r[VECTOR];                                                                                               \
        TN_ROW_READ(TYPE, r, residual, at[1], i, residualStep, 0)                                                      \
        TN_EACH(j) {                                                                                                   \
            (values)[j] += r[j];                                                                                       \
        }                                                                                                              \
    }

TN_KERNEL rms_norm(const TN_GLOBAL STORAGE *in, const TN_GLOBAL STORAGE *residual,
                   const TN_GLOBAL TN_STORAGE(WEIGHT) * weight, TN_GLOBAL STORAGE *out, TN_GLOBAL STORAGE *sum,
                   TN_GLOBAL VALUE *rstds, const TnAxes axes, const i64 n, const i64 inStep, const i64 residualStep,
                   const i64 outStep, const i64 sumStep, const i64 weightBase, const i64 weightStep,
                   const f32 weightOffset, const f32 epsilon, const i32 form) {
    TN_LOCAL VALUE scratch[TN_SCRATCH];
    i32 me = TN_LOCAL_ID();
    TN_PLACES(at, axes, TN_GROUP_ID(0))
    VALUE squares = 0;
    TN_ROW(i) {
        VALUE s[VECTOR];
        READ_SUMMED(s, i)
        if (TN_HAS(SUM)) {
            TN_ROW_WRITE(TYPE, s, sum, at[3], i, sumStep)
        }
        TN_EACH(j) {
            squares += s[j] * s[j];
        }
    }
    TN_REDUCE(squares, scratch, me, TN_ADD)
    VALUE rstd = 1 / sqrt(squares / n + epsilon);
    TN_ROW(i) {
        VALUE y[VECTOR];
        if (TN_HAS(SUM)) {
            /* The sum may lie on an addend, which is then gone. Each item reads what it wrote itself. */
            TN_ROW_READ(TYPE, y, sum, at[3], i, sumStep, 0)
        } else {
            READ_SUMMED(y, i)
        }
        TN_EACH(j) {
            y[j] *= rstd;
        }
        TIMES_WEIGHT(y, i)
        TN_ROW_WRITE(TYPE, y, out, at[2], i, outStep)
    }
    if (TN_HAS(RSTD) && me == 0) {
        rstds[at[4]] = rstd;
    }
}
#else
#define GRAD_SUM 4

TN_KERNEL rms_norm_backward(const TN_GLOBAL STORAGE *gradOut, const TN_GLOBAL STORAGE *sum,
                            const TN_GLOBAL TN_STORAGE(WEIGHT) * weight, const TN_GLOBAL VALUE *rstds,
                            const TN_GLOBAL STORAGE *gradSum, TN_GLOBAL STORAGE *gradIn, const TnAxes axes,
                            const i64 n, const i64 gradOutStep, const i64 sumStep, const i64 gradSumStep,
                            const i64 gradInStep, const i64 weightBase, const i64 weightStep, const f32 weightOffset,
                            const i32 form) {
    TN_LOCAL VALUE scratch[TN_SCRATCH];
    i32 me = TN_LOCAL_ID();
    TN_PLACES(at, axes, TN_GROUP_ID(0))
    VALUE rstd = rstds[at[2]];
    VALUE slope = 0;
    TN_ROW(i) {
        VALUE term[VECTOR];
        VALUE x[VECTOR];
        TN_ROW_READ(TYPE, term, gradOut, at[0], i, gradOutStep, 0)
        TIMES_WEIGHT(term, i)
        TN_ROW_READ(TYPE, x, sum, at[1], i, sumStep, 0)
        TN_EACH(j) {
            slope += term[j] * (x[j] * rstd);
        }
    }
    TN_REDUCE(slope, scratch, me, TN_ADD)
    slope /= n;
    TN_ROW(i) {
        VALUE term[VECTOR];
        VALUE x[VECTOR];
        TN_ROW_READ(TYPE, term, gradOut, at[0], i, gradOutStep, 0)
        TIMES_WEIGHT(term, i)
        TN_ROW_READ(TYPE, x, sum, at[1], i, sumStep, 0)
        TN_EACH(j) {
            term[j] = rstd * (term[j] - x[j] * rstd * slope);
        }
        if (TN_HAS(GRAD_SUM)) {
            VALUE g[VECTOR];
            TN_ROW_READ(TYPE, g, gradSum, at[3], i, gradSumStep, 0)
            TN_EACH(j) {
                term[j] += g[j];
            }
        }
        TN_ROW_WRITE(TYPE, term, gradIn, at[4], i, gradInStep)
    }
}
#endif
