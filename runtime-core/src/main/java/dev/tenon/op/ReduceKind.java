package dev.tenon.op;

/** How a reduction combines elements. Sums run in F32 or wider; NaN wins in MAX and MIN. */
public enum ReduceKind {
    SUM,
    MEAN,
    MAX,
    MIN,
    PRODUCT,
    /** The sum of squares, for norms. */
    SUM_SQUARES
}
