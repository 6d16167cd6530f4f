/*
 * What a matmul does with its sums. OUT, BIAS and RESIDUAL say which types the output and those operands have where they
 * are there (a residual has the output's), FUNCTION is the activation. With AHEAD, MatmulShape says
 * so, and OUT is the type that is computed in.
 */
#include "matmul_shape.h"
#ifndef BIAS
#define BIAS OUT
#define NO_BIAS
#endif

#define REAL TN_COMPUTE(OUT)
#include "functions.h"

#ifdef AHEAD
#include "activation.h"

TN_FUNCTION REAL tn_load_as(i64 type, const TN_GLOBAL TN_STORAGE(OUT) * from, i64 at) {
    return type == 0   ? TN_LOAD(OUT)(from, at)
           : type == 1 ? load_F16((const TN_GLOBAL u16 *)from, at)
                       : load_BF16((const TN_GLOBAL u16 *)from, at);
}
#endif

/* activation(scale * sum + bias) + residual, stored. */
TN_FUNCTION void tn_finish(REAL sum, i64 row, i64 column, TN_GLOBAL TN_STORAGE(OUT) * out, i64 outBase,
                           const TN_GLOBAL TN_STORAGE(BIAS) * bias, const TN_GLOBAL TN_STORAGE(OUT) * residual,
                           i64 residualBase, const MatmulShape s, f32 scale) {
    REAL value = sum * scale;
#ifdef AHEAD
    i64 biasAt = s.biasBase + column * s.biasStep;
    if (s.biasType == 1) {
        value += tn_load_as(s.outType, bias, biasAt);
    } else if (s.biasType == 2) {
        value += load_F32((const TN_GLOBAL f32 *)bias, biasAt);
    }
    value = tn_activate((i32)s.activation, value);
    if (s.hasResidual != 0) {
        value += tn_load_as(s.outType, residual, residualBase + row * s.residualRow + column * s.residualColumn);
    }
    i64 place = outBase + row * s.outRow + column * s.outColumn;
    if (s.outType == 0) {
        TN_WRITE(OUT)(out, place, value);
    } else if (s.outType == 1) {
        store_F16((TN_GLOBAL u16 *)out, place, value);
    } else {
        store_BF16((TN_GLOBAL u16 *)out, place, value);
    }
#else
#ifndef NO_BIAS
    value += TN_LOAD(BIAS)(bias, s.biasBase + column * s.biasStep);
#endif
    value = TN_APPLY(FUNCTION)(value);
#ifdef RESIDUAL
    value += TN_LOAD(OUT)(residual, residualBase + row * s.residualRow + column * s.residualColumn);
#endif
    TN_WRITE(OUT)(out, outBase + row * s.outRow + column * s.outColumn, value);
#endif
}
