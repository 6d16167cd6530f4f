/*
 * LayerNorm and its gradient along the last axis: a group a row. WEIGHT and BIAS are the types of weight and bias. Operands that the
 * operator leaves out come as other storages; FORM has a bit for each that is there.
 */
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
            (values)[j] *= w[j];                                                                                       \
        }                                                                                                              \
    }

#if OPERANDS == 4
#define BIASES 4
#define MEAN 8
#define RSTD 16

TN_KERNEL layer_norm(const TN_GLOBAL STORAGE *in, const TN_GLOBAL TN_STORAGE(WEIGHT) * weight,
                     const TN_GLOBAL TN_STORAGE(BIAS) * bias, TN_GLOBAL STORAGE *out, TN_GLOBAL VALUE *means,
                     TN_GLOBAL VALUE *rstds, const TnAxes axes, const i64 n, const i64 inStep, const i64 outStep,
                     const i64 weightBase, const i64 weightStep, const i64 biasBase, const i64 biasStep,
                     const f32 epsilon, const i32 form) {
    TN_LOCAL VALUE scratch[TN_SCRATCH];
    i32 me = TN_LOCAL_ID();
    TN_PLACES(at, axes, TN_GROUP_ID(0))
    VALUE mean = 0;
    TN_ROW(i) {
        VALUE x[VECTOR];
        TN_ROW_READ(TYPE, x, in, at[0], i, inStep, 0)
        TN_EACH(j) {
            mean += x[j];
        }
    }
    TN_REDUCE(mean, scratch, me, TN_ADD)
    mean /= n;
    VALUE variance = 0;
    TN_ROW(i) {
        VALUE x[VECTOR];
        TN_ROW_READ(TYPE, x, in, at[0], i, inStep, mean)
        TN_EACH(j) {
            VALUE d = x[j] - mean;
            variance += d * d;
        }
    }
    TN_REDUCE(variance, scratch, me, TN_ADD)
    VALUE rstd = 1 / sqrt(variance / n + epsilon);
    TN_ROW(i) {
        VALUE y[VECTOR];
        TN_ROW_READ(TYPE, y, in, at[0], i, inStep, 0)
        TN_EACH(j) {
            y[j] = (y[j] - mean) * rstd;
        }
        TIMES_WEIGHT(y, i)
        if (TN_HAS(BIASES)) {
            TN_COMPUTE(BIAS) b[VECTOR];
            TN_ROW_READ(BIAS, b, bias, biasBase, i, biasStep, 0)
            TN_EACH(j) {
                y[j] += b[j];
            }
        }
        TN_ROW_WRITE(TYPE, y, out, at[1], i, outStep)
    }
    if (TN_HAS(MEAN) && me == 0) {
        means[at[2]] = mean;
    }
    if (TN_HAS(RSTD) && me == 0) {
        rstds[at[3]] = rstd;
    }
}
#else
TN_KERNEL layer_norm_backward(const TN_GLOBAL STORAGE *gradOut, const TN_GLOBAL STORAGE *in,
                              const TN_GLOBAL TN_STORAGE(WEIGHT) * weight, const TN_GLOBAL VALUE *means,
                              const TN_GLOBAL VALUE *rstds, TN_GLOBAL STORAGE *gradIn, const TnAxes axes, const i64 n,
                              const i64 gradOutStep, const i64 inStep, const i64 gradInStep, const i64 weightBase,
                              const i64 weightStep, const i32 form) {
    TN_LOCAL VALUE scratch[TN_SCRATCH];
    i32 me = TN_LOCAL_ID();
    TN_PLACES(at, axes, TN_GROUP_ID(0))
    VALUE mean = means[at[2]];
    VALUE rstd = rstds[at[3]];
    VALUE centre = 0;
    VALUE slope = 0;
    TN_ROW(i) {
        VALUE term[VECTOR];
        VALUE x[VECTOR];
        TN_ROW_READ(TYPE, term, gradOut, at[0], i, gradOutStep, 0)
        TIMES_WEIGHT(term, i)
        TN_ROW_READ(TYPE, x, in, at[1], i, inStep, mean)
        TN_EACH(j) {
            centre += term[j];
            slope += term[j] * ((x[j] - mean) * rstd);
        }
    }
    TN_REDUCE(centre, scratch, me, TN_ADD)
    TN_REDUCE(slope, scratch, me, TN_ADD)
    centre /= n;
    slope /= n;
    TN_ROW(i) {
        VALUE term[VECTOR];
        VALUE x[VECTOR];
        TN_ROW_READ(TYPE, term, gradOut, at[0], i, gradOutStep, 0)
        TIMES_WEIGHT(term, i)
        TN_ROW_READ(TYPE, x, in, at[1], i, inStep, mean)
        TN_EACH(j) {
            VALUE normal = (x[j] - mean) * rstd;
            term[j] = rstd * (term[j] - centre - normal * slope);
        }
        TN_ROW_WRITE(TYPE, term, gradIn, at[4], i, gradInStep)
    }
}
#endif
