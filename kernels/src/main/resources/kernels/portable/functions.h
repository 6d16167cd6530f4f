/*
 * Functions of one element and their derivatives, for a compute type REAL (f32 or f64), chosen by their names in
 * UnaryKind: tn_EXP(x), tn_slope_EXP(x). The functions that exponentials cancel in are written so that they do not.
 */
#define TN_REAL(x) ((REAL)(x))

TN_FUNCTION REAL tn_sigmoid(REAL x) {
    return 1 / (1 + exp(-x));
}
/* x times a factor that vanishes at negative infinity faster than x grows. */
TN_FUNCTION REAL tn_gated(REAL x, REAL factor) {
    return x == -TN_REAL(TN_INFINITY) ? TN_REAL(0) : x * factor;
}
TN_FUNCTION REAL tn_normal_share(REAL x) {
    return TN_REAL(0.5) * erfc(-x * TN_REAL(0.70710678118654752440));
}
TN_FUNCTION REAL tn_tanh_argument(REAL x) {
    return TN_REAL(0.79788456080286535588) * (x + TN_REAL(0.044715) * x * x * x);
}

TN_FUNCTION REAL tn_NONE(REAL x) {
    return x;
}
TN_FUNCTION REAL tn_NEGATE(REAL x) {
    return -x;
}
TN_FUNCTION REAL tn_ABS(REAL x) {
    return fabs(x);
}
TN_FUNCTION REAL tn_SIGN(REAL x) {
    return x > 0 ? TN_REAL(1) : x < 0 ? TN_REAL(-1) : x;
}
TN_FUNCTION REAL tn_SQUARE(REAL x) {
    return x * x;
}
TN_FUNCTION REAL tn_SQRT(REAL x) {
    return sqrt(x);
}
TN_FUNCTION REAL tn_RSQRT(REAL x) {
    return 1 / sqrt(x);
}
TN_FUNCTION REAL tn_RECIPROCAL(REAL x) {
    return 1 / x;
}
TN_FUNCTION REAL tn_EXP(REAL x) {
    return exp(x);
}
TN_FUNCTION REAL tn_EXP2(REAL x) {
    return exp2(x);
}
TN_FUNCTION REAL tn_EXPM1(REAL x) {
    return expm1(x);
}
TN_FUNCTION REAL tn_LOG(REAL x) {
    return log(x);
}
TN_FUNCTION REAL tn_LOG2(REAL x) {
    return log2(x);
}
TN_FUNCTION REAL tn_LOG1P(REAL x) {
    return log1p(x);
}
TN_FUNCTION REAL tn_SIN(REAL x) {
    return sin(x);
}
TN_FUNCTION REAL tn_COS(REAL x) {
    return cos(x);
}
TN_FUNCTION REAL tn_TANH(REAL x) {
    return tanh(x);
}
TN_FUNCTION REAL tn_ERF(REAL x) {
    return erf(x);
}
TN_FUNCTION REAL tn_SIGMOID(REAL x) {
    return tn_sigmoid(x);
}
TN_FUNCTION REAL tn_SOFTPLUS(REAL x) {
    return x != x ? x : (x > 0 ? x : TN_REAL(0)) + log1p(exp(-fabs(x)));
}
TN_FUNCTION REAL tn_FLOOR(REAL x) {
    return floor(x);
}
TN_FUNCTION REAL tn_CEIL(REAL x) {
    return ceil(x);
}
TN_FUNCTION REAL tn_ROUND(REAL x) {
    return rint(x);
}
TN_FUNCTION REAL tn_RELU(REAL x) {
    return x > 0 || x != x ? x : TN_REAL(0);
}
TN_FUNCTION REAL tn_GELU(REAL x) {
    return tn_gated(x, tn_normal_share(x));
}
TN_FUNCTION REAL tn_GELU_TANH(REAL x) {
    return tn_gated(x, tn_sigmoid(2 * tn_tanh_argument(x)));
}
TN_FUNCTION REAL tn_GELU_QUICK(REAL x) {
    return tn_gated(x, tn_sigmoid(TN_REAL(1.702) * x));
}
TN_FUNCTION REAL tn_SILU(REAL x) {
    return tn_gated(x, tn_sigmoid(x));
}

TN_FUNCTION REAL tn_slope_NONE(REAL x) {
    return 1;
}
TN_FUNCTION REAL tn_slope_NEGATE(REAL x) {
    return -1;
}
TN_FUNCTION REAL tn_slope_ABS(REAL x) {
    return tn_SIGN(x);
}
TN_FUNCTION REAL tn_slope_SIGN(REAL x) {
    return 0;
}
TN_FUNCTION REAL tn_slope_SQUARE(REAL x) {
    return 2 * x;
}
TN_FUNCTION REAL tn_slope_SQRT(REAL x) {
    return TN_REAL(0.5) / sqrt(x);
}
TN_FUNCTION REAL tn_slope_RSQRT(REAL x) {
    return TN_REAL(-0.5) / (x * sqrt(x));
}
TN_FUNCTION REAL tn_slope_RECIPROCAL(REAL x) {
    return -1 / (x * x);
}
TN_FUNCTION REAL tn_slope_EXP(REAL x) {
    return exp(x);
}
TN_FUNCTION REAL tn_slope_EXP2(REAL x) {
    return TN_REAL(0.69314718055994530942) * exp2(x);
}
TN_FUNCTION REAL tn_slope_EXPM1(REAL x) {
    return exp(x);
}
TN_FUNCTION REAL tn_slope_LOG(REAL x) {
    return 1 / x;
}
TN_FUNCTION REAL tn_slope_LOG2(REAL x) {
    return TN_REAL(1.44269504088896340736) / x;
}
TN_FUNCTION REAL tn_slope_LOG1P(REAL x) {
    return 1 / (1 + x);
}
TN_FUNCTION REAL tn_slope_SIN(REAL x) {
    return cos(x);
}
TN_FUNCTION REAL tn_slope_COS(REAL x) {
    return -sin(x);
}
TN_FUNCTION REAL tn_slope_TANH(REAL x) {
    REAL inverse = 1 / cosh(x);
    return inverse * inverse;
}
TN_FUNCTION REAL tn_slope_ERF(REAL x) {
    return TN_REAL(1.12837916709551257390) * exp(-x * x);
}
TN_FUNCTION REAL tn_slope_SIGMOID(REAL x) {
    return tn_sigmoid(x) * tn_sigmoid(-x);
}
TN_FUNCTION REAL tn_slope_SOFTPLUS(REAL x) {
    return tn_sigmoid(x);
}
TN_FUNCTION REAL tn_slope_FLOOR(REAL x) {
    return 0;
}
TN_FUNCTION REAL tn_slope_CEIL(REAL x) {
    return 0;
}
TN_FUNCTION REAL tn_slope_ROUND(REAL x) {
    return 0;
}
TN_FUNCTION REAL tn_slope_RELU(REAL x) {
    return x > 0 ? TN_REAL(1) : TN_REAL(0);
}
TN_FUNCTION REAL tn_slope_GELU(REAL x) {
    return tn_normal_share(x) + x * TN_REAL(0.39894228040143267794) * exp(TN_REAL(-0.5) * x * x);
}
TN_FUNCTION REAL tn_slope_GELU_TANH(REAL x) {
    REAL u = 2 * tn_tanh_argument(x);
    REAL inner = TN_REAL(0.79788456080286535588) * (1 + TN_REAL(3 * 0.044715) * x * x);
    return tn_sigmoid(u) * (1 + 2 * x * tn_sigmoid(-u) * inner);
}
TN_FUNCTION REAL tn_slope_GELU_QUICK(REAL x) {
    REAL u = TN_REAL(1.702) * x;
    return tn_sigmoid(u) * (1 + u * tn_sigmoid(-u));
}
TN_FUNCTION REAL tn_slope_SILU(REAL x) {
    return tn_sigmoid(x) * (1 + x * tn_sigmoid(-x));
}

#define TN_APPLY(kind) TN_CAT(tn_, kind)
#define TN_SLOPE(kind) TN_CAT(tn_slope_, kind)
