/*
 * What a matmul's kernels are told, and what they do with their sums: activation(scale * sum + bias) + residual. The output
 * and the residual are contiguous along n; types and the activation are known at run time, which costs a uniform branch an
 * element and saves a kernel for each combination.
 */
#pragma once
#include "element.h"
#define REAL f32
#define TN_CAT_(a, b) a##b
#define TN_CAT(a, b) TN_CAT_(a, b)
#include "../portable/functions.h"
#include "../portable/activation.h"

/* Sizes; then base, stride and batch stride of each operand in elements. A stride is that of the axis that is not contiguous. */
struct GemmShape {
    i64 m, n, k;
    i64 a, aStride, aBatch;
    i64 b, bStride, bBatch;
    i64 out, outStride, outBatch;
    i64 residual, residualStride, residualBatch;
    i64 bias, biasStep;
    /* TYPE_ numbers of a, bias, residual and out; 0 where there is none. */
    i64 aType, biasType, residualType, outType;
    /* The ordinal of Activation. */
    i64 activation;
};

TN_FUNCTION f32 finish(f32 sum, i64 row, i64 column, i64 batch, const void *bias, const void *residual,
                       const GemmShape &s, f32 scale) {
    f32 value = sum * scale;
    if (s.biasType != 0) {
        value += load_as((i32)s.biasType, bias, s.bias + column * s.biasStep);
    }
    if (s.activation != 0) {
        value = tn_activate((i32)s.activation, value);
    }
    if (s.residualType != 0) {
        i64 at = s.residual + batch * s.residualBatch + row * s.residualStride + column;
        value += load_as((i32)s.residualType, residual, at);
    }
    return value;
}

/* Four sums of a row, from column on, of which those past n are dropped. */
TN_FUNCTION void finish4(const f32 *sums, i64 row, i64 column, i64 batch, const void *bias, const void *residual, void *out,
                         const GemmShape &s, f32 scale) {
    i64 at = s.out + batch * s.outBatch + row * s.outStride + column;
    f32 v[4];
#pragma unroll
    for (i32 i = 0; i < 4; i++) {
        v[i] = column + i < s.n ? finish(sums[i], row, column + i, batch, bias, residual, s, scale) : 0;
    }
    if (column + 4 <= s.n) {
        store4_as((i32)s.outType, out, at, v);
        return;
    }
#pragma unroll
    for (i32 i = 0; i < 3; i++) {
        if (column + i < s.n) {
            store_as((i32)s.outType, out, at + i, v[i]);
        }
    }
}
