/*
 * What the matmul kernels share: the operands' strides, reading and the epilogue. A, B and OUT are types; B may be quantized,
 * then strides along n and the base of b count blocks, and blocks run along k. BIAS and RESIDUAL are the types of those
 * operands where they are there, FUNCTION the activation. The batch's axes have operands a, b, out and residual.
 */
#ifdef QUANT
#include "quant.h"
#define B_STORAGE u8
#else
#define B_STORAGE TN_STORAGE(B)
#endif
#ifndef BIAS
#define BIAS OUT
#define NO_BIAS
#endif

typedef struct {
    i64 m;
    i64 n;
    i64 k;
    i64 aRow;
    i64 aColumn;
    i64 bRow;
    i64 bColumn;
    i64 outRow;
    i64 outColumn;
    i64 residualRow;
    i64 residualColumn;
    i64 biasBase;
    i64 biasStep;
} MatmulShape;

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

/* Element (k, column) of b. */
#ifdef QUANT
#define B_AT(b, base, s, kk, column)                                                                                   \
    TN_ELEMENT(B)((b) + ((base) + (column) * (s).bColumn + (kk) / TN_BLOCK_SIZE(B)) * TN_BLOCK_BYTES(B),              \
                  (i32)((kk) % TN_BLOCK_SIZE(B)))
#else
#define B_AT(b, base, s, kk, column) TN_LOAD(B)(b, (base) + (kk) * (s).bRow + (column) * (s).bColumn)
#endif
