/*
 * What a matmul does with its sums. OUT, BIAS and RESIDUAL say which types the output and those operands have where they
 * are there (a residual has the output's), FUNCTION is the activation.
 */
#include "matmul_shape.h"
#ifndef BIAS
#define BIAS OUT
#define NO_BIAS
#endif

#define REAL TN_COMPUTE(OUT)
#include "functions.h"

/* activation(scale * sum + bias) + residual, stored. */
TN_FUNCTION void tn_finish(REAL sum, i64 row, i64 column, TN_GLOBAL TN_STORAGE(OUT) * out, i64 outBase,
                           const TN_GLOBAL TN_STORAGE(BIAS) * bias, const TN_GLOBAL TN_STORAGE(OUT) * residual,
                           i64 residualBase, const MatmulShape s, f32 scale) {
    REAL value = sum * scale;
#ifndef NO_BIAS
    value += TN_LOAD(BIAS)(bias, s.biasBase + column * s.biasStep);
#endif
    value = TN_APPLY(FUNCTION)(value);
#ifdef RESIDUAL
    value += TN_LOAD(OUT)(residual, residualBase + row * s.residualRow + column * s.residualColumn);
#endif
    TN_WRITE(OUT)(out, outBase + row * s.outRow + column * s.outColumn, value);
}
