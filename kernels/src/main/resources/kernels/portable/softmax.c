/* Softmax, its logarithm and their gradients along the last axis: a group a row. axes are the rows; steps are the last axis's. */
#include "tenon.h"
#include "row.h"
#define VALUE TN_COMPUTE(TYPE)
#define STORAGE TN_STORAGE(TYPE)

#if OPERANDS == 2
TN_KERNEL softmax(const TN_GLOBAL STORAGE *in, TN_GLOBAL STORAGE *out, const TnAxes axes, const i64 n,
                  const i64 inStep, const i64 outStep, const i32 form) {
    TN_LOCAL VALUE scratch[TN_SCRATCH];
    i32 me = TN_LOCAL_ID();
    TN_PLACES(at, axes, TN_GROUP_ID(0))
    VALUE largest = -TN_INFINITY;
    TN_ROW(i) {
        VALUE x[VECTOR];
        TN_ROW_READ(TYPE, x, in, at[0], i, inStep, -TN_INFINITY)
        TN_EACH(j) {
            largest = TN_LARGER(x[j], largest);
        }
    }
    TN_REDUCE(largest, scratch, me, TN_LARGER)
    VALUE sum = 0;
    TN_ROW(i) {
        VALUE x[VECTOR];
        TN_ROW_READ(TYPE, x, in, at[0], i, inStep, -TN_INFINITY)
        TN_EACH(j) {
            sum += exp(x[j] - largest);
        }
    }
    TN_REDUCE(sum, scratch, me, TN_ADD)
#ifdef LOGARITHM
    VALUE logSum = log(sum);
#endif
    TN_ROW(i) {
        VALUE x[VECTOR];
        TN_ROW_READ(TYPE, x, in, at[0], i, inStep, -TN_INFINITY)
        TN_EACH(j) {
#ifdef LOGARITHM
            x[j] = x[j] - largest - logSum;
#else
            x[j] = exp(x[j] - largest) / sum;
#endif
        }
        TN_ROW_WRITE(TYPE, x, out, at[1], i, outStep)
    }
}
#else
TN_KERNEL softmax_backward(const TN_GLOBAL STORAGE *out, const TN_GLOBAL STORAGE *gradOut, TN_GLOBAL STORAGE *gradIn,
                           const TnAxes axes, const i64 n, const i64 outStep, const i64 gradOutStep,
                           const i64 gradInStep, const i32 form) {
    TN_LOCAL VALUE scratch[TN_SCRATCH];
    i32 me = TN_LOCAL_ID();
    TN_PLACES(at, axes, TN_GROUP_ID(0))
    VALUE sum = 0;
    TN_ROW(i) {
        VALUE g[VECTOR];
        TN_ROW_READ(TYPE, g, gradOut, at[1], i, gradOutStep, 0)
#ifndef LOGARITHM
        VALUE y[VECTOR];
        TN_ROW_READ(TYPE, y, out, at[0], i, outStep, 0)
        TN_EACH(j) {
            g[j] *= y[j];
        }
#endif
        TN_EACH(j) {
            sum += g[j];
        }
    }
    TN_REDUCE(sum, scratch, me, TN_ADD)
    TN_ROW(i) {
        VALUE y[VECTOR];
        VALUE g[VECTOR];
        TN_ROW_READ(TYPE, y, out, at[0], i, outStep, 0)
        TN_ROW_READ(TYPE, g, gradOut, at[1], i, gradOutStep, 0)
        TN_EACH(j) {
#ifdef LOGARITHM
            g[j] = g[j] - exp(y[j]) * sum;
#else
            g[j] = y[j] * (g[j] - sum);
#endif
        }
        TN_ROW_WRITE(TYPE, g, gradIn, at[2], i, gradInStep)
    }
}
#endif
