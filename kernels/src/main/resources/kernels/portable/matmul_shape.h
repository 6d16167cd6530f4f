/*
 * A matmul's sizes, and its operands' strides: of rows, then of columns. outType (0: F32 or F64, 1: F16,
 * 2: BF16), activation (its place in Activation), biasType (0: there is none, 1: as the output, 2: F32) and hasResidual tell kernels
 * that are compiled ahead of time (AHEAD) what macros tell others.
 */
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
    i64 outType;
    i64 activation;
    i64 biasType;
    i64 hasResidual;
} MatmulShape;
