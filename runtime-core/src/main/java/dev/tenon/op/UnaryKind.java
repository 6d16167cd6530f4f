package dev.tenon.op;

/** The functions of one element that {@link Unary} applies. Float types take all of them, others those so marked. */
public enum UnaryKind {
    /** Integers too; wraps. */
    NEGATE,
    /** Integers too; the smallest value stays itself. */
    ABS,
    /** -1, 0 or 1; integers too; NaN stays NaN. */
    SIGN,
    /** Integers too; wraps. */
    SQUARE,
    SQRT,
    RSQRT,
    RECIPROCAL,
    EXP,
    EXP2,
    EXPM1,
    LOG,
    LOG2,
    LOG1P,
    SIN,
    COS,
    TANH,
    ERF,
    /** 1 / (1 + e^-x). */
    SIGMOID,
    /** log(1 + e^x). */
    SOFTPLUS,
    FLOOR,
    CEIL,
    /** To the nearest integer, ties to even. */
    ROUND,
    /** max(x, 0), NaN stays NaN. */
    RELU,
    /** x * Phi(x) with the error function (Hendrycks and Gimpel 2016). */
    GELU,
    /** The tanh form of GELU: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
    GELU_TANH,
    /** x * sigmoid(1.702 x). */
    GELU_QUICK,
    /** x * sigmoid(x). */
    SILU,
    /** BOOL only. */
    NOT
}
