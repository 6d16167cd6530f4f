/* A matmul's sizes, and its operands' strides: of rows, then of columns. */
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
