package dev.tenon.conformance;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.conformance.reference.NumberFormat;
import dev.tenon.op.*;

/**
 * How far an output may be from the exact result. Every tolerance of the project is in this file.
 *
 * <p>An output element is right if {@code |actual - exact| <= ulp(type, exact) / 2 + relative * scale}: half an ulp for the
 * rounding to the output's type, and the rest for the computation, in proportion to the magnitude of the terms that the
 * result is made of (which the reference gives with each value). e below is the rounding of the type that results are
 * accumulated in: 2^-24, and 2^-53 for F64. u is 2 e, one ulp.
 *
 * <table>
 * <caption>Relative errors</caption>
 * <tr><th>operators</th><th>relative</th><th>why</th></tr>
 * <tr><td>copy, concat, gather, where, cast, fill, cacheWrite, allGather, argReduce, topK, randomFill, quantize (but K
 *     types); comparisons; everything on integers and BOOL; add, subtract, multiply, divide, maximum, minimum, negate,
 *     abs, sign, square, sqrt, floor, ceil, round, relu; max and min over axes or ranks</td><td>exact</td>
 *     <td>correctly rounded or no rounding at all</td></tr>
 * <tr><td>dequantize, gather from quantized rows</td><td>exact for F32, e for F16 and BF16</td>
 *     <td>the products are exact in F32; a 16-bit result is rounded twice</td></tr>
 * <tr><td>reciprocal, rsqrt, remainder</td><td>u</td><td>two roundings</td></tr>
 * <tr><td>exp, exp2, log, log2</td><td>2 u</td><td>what vector libraries reach</td></tr>
 * <tr><td>expm1, log1p, sin, cos, tanh, erf</td><td>3 u</td><td>likewise; sin and cos against 1</td></tr>
 * <tr><td>sigmoid, softplus, the GELUs, silu, power</td><td>6 u (power: 16 u)</td><td>compositions; against |x| where
 *     a factor vanishes</td></tr>
 * <tr><td>their gradients, gated activations</td><td>8 u</td><td>one or two products more</td></tr>
 * <tr><td>sums over k terms: reduce, matmul, norms, softmax, losses, attention, scatterAdd, allReduce</td>
 *     <td>(4 + sqrt k) e, doubled or so where sums feed sums</td><td>rounding errors add up like a random walk; the
 *     worst case, k e, is never reached and would hide a 16-bit accumulator</td></tr>
 * <tr><td>product of k factors</td><td>(4 + k) e</td><td>relative errors add</td></tr>
 * <tr><td>attention on F16, BF16</td><td>2^-11, 2^-8 more</td><td>weights may be rounded to the operands' type between
 *     the two products, as matrix units need it</td></tr>
 * <tr><td>rmsNorm with a residual on F16, BF16</td><td>2^-11, 2^-8 more</td><td>the sum may be rounded to its type
 *     before it is normalized</td></tr>
 * <tr><td>rope</td><td>8 u</td><td>in proportion to 1 + angle, which is rounded to F32</td></tr>
 * <tr><td>quantize to Q4_K, Q5_K, Q6_K</td><td>0.1, 0.05, 0.035</td><td>of the block's largest magnitude, after
 *     dequantizing: about a step of the type and its scales</td></tr>
 * </table>
 *
 * @param exact whether the value must be the exact result rounded once, NaN payloads and the sign of zero aside
 * @param relative of the scale
 * @param absolute added whatever the scale: results of transcendental functions may be flushed to 0 below F32's normals
 */
public record Tolerance(boolean exact, double relative, double absolute) {
    /** No error but the rounding to the output's type. */
    public static final Tolerance EXACT = new Tolerance(true, 0, 0);

    private static final double FLUSH = 0x1p-126;

    /** The tolerance of one output of a checked operator. */
    public static Tolerance of(Op op, Tensor out) {
        DType dtype = out.dtype();
        if (!dtype.isFloat() && !(op instanceof Quantize) && !(op instanceof CustomOp)) {
            return EXACT;
        }
        double e = dtype == DType.F64 ? 0x1p-53 : 0x1p-24;
        double u = 2 * e;
        return switch (op) {
            case Copy _, Concat _, Where _, Cast _, Fill _, CacheWrite _, AllGather _, ArgReduce _, TopK _ -> EXACT;
            case RandomFill _ -> EXACT;
            case Gather o -> o.table().dtype().isQuantized() ? blocks(dtype) : EXACT;
            case Dequantize _ -> blocks(dtype);
            case Quantize _ -> quantized(dtype);
            case Unary o -> unary(o.kind(), u);
            case Binary o -> binary(o.kind(), dtype, u);
            case UnaryBackward _, GatedActivation _, GatedActivationBackward _ -> relative(8 * u);
            case Reduce o ->
                reduce(
                        o.kind(),
                        (double) o.in().shape().elements()
                                / Math.max(1, o.out().shape().elements()),
                        e);
            case AllReduce o -> reduce(o.kind(), o.in().size(), e);
            case ReduceScatter o -> reduce(o.kind(), o.in().size(), e);
            case Softmax o -> relative(2 * sum(o.in().shape().size(-1), e) + 4 * u);
            case SoftmaxBackward o -> relative(2 * sum(o.out().shape().size(-1), e) + 4 * u);
            case CrossEntropy o -> relative(2 * sum(o.logits().shape().size(-1), e) + 4 * u);
            case CrossEntropyBackward _ -> relative(8 * u);
            case LayerNorm o -> relative(2 * sum(o.in().shape().size(-1), e));
            case LayerNormBackward o -> relative(3 * sum(o.in().shape().size(-1) + rows(o.in()), e));
            case RmsNorm o ->
                relative(2 * sum(o.in().shape().size(-1), e) + (o.residual() == null ? 0 : half(o.in().dtype())));
            case RmsNormBackward o -> relative(3 * sum(o.sum().shape().size(-1) + rows(o.sum()), e));
            case Matmul o -> relative(sum(o.a().shape().size(-1), e) + 8 * u);
            case Attention o -> attention(o.query(), o.key().shape().size(2), e);
            case PagedAttention o ->
                attention(
                        o.query(),
                        o.pageTable().shape().size(1) * o.keyPages().shape().size(1),
                        e);
            case AttentionBackward o ->
                new Tolerance(
                        false,
                        4
                                * attention(
                                                o.query(),
                                                o.key().shape().size(2)
                                                        + o.query().shape().size(2),
                                                e)
                                        .relative(),
                        FLUSH);
            case Rope _ -> relative(8 * u);
            case ScatterAdd o -> relative(sum(o.indices().shape().elements(), e));
            case AdamW _ -> relative(16 * u);
            case CustomOp _ -> relative(64 * u);
        };
    }

    private static Tolerance relative(double relative) {
        return new Tolerance(false, relative, FLUSH);
    }

    private static double sum(double terms, double e) {
        return (4 + Math.sqrt(terms)) * e;
    }

    private static double rows(Tensor tensor) {
        return (double) tensor.shape().elements() / Math.max(1, tensor.shape().size(-1));
    }

    private static double half(DType dtype) {
        return dtype == DType.F16 ? 0x1p-11 : dtype == DType.BF16 ? 0x1p-8 : 0;
    }

    private static Tolerance attention(Tensor query, double keys, double e) {
        return relative(2 * sum(keys + query.shape().size(3), e) + half(query.dtype()));
    }

    private static Tolerance blocks(DType dtype) {
        return dtype == DType.F32 ? EXACT : new Tolerance(false, 0x1p-24, 0);
    }

    private static Tolerance quantized(DType dtype) {
        return switch (dtype) {
            case Q4_K -> new Tolerance(false, 0.1, 0x1p-24);
            case Q5_K -> new Tolerance(false, 0.05, 0x1p-24);
            case Q6_K -> new Tolerance(false, 0.035, 0x1p-24);
            case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1 -> EXACT;
            case F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL -> throw new IllegalArgumentException(dtype.name());
        };
    }

    private static Tolerance reduce(ReduceKind kind, double terms, double e) {
        return switch (kind) {
            case SUM, MEAN, SUM_SQUARES -> relative(sum(terms, e));
            case MAX, MIN -> EXACT;
            case PRODUCT -> relative((4 + terms) * e);
        };
    }

    private static Tolerance unary(UnaryKind kind, double u) {
        return switch (kind) {
            case NEGATE, ABS, SIGN, SQUARE, SQRT, FLOOR, CEIL, ROUND, RELU, NOT -> EXACT;
            case RSQRT, RECIPROCAL -> relative(u);
            case EXP, EXP2, LOG, LOG2 -> relative(2 * u);
            case EXPM1, LOG1P, SIN, COS, TANH, ERF -> relative(3 * u);
            case SIGMOID, SOFTPLUS, GELU, GELU_TANH, GELU_QUICK, SILU -> relative(6 * u);
        };
    }

    private static Tolerance binary(BinaryKind kind, DType dtype, double u) {
        return switch (kind) {
            // Below BF16's normals an F32 result is itself rounded before it is rounded again.
            case ADD, SUBTRACT, MULTIPLY, DIVIDE ->
                dtype == DType.BF16 ? new Tolerance(false, 0x1p-40, NumberFormat.ulp(DType.F32, 0)) : EXACT;
            case MAXIMUM, MINIMUM, EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, AND, OR, XOR -> EXACT;
            case REMAINDER -> relative(u);
            case POWER -> relative(16 * u);
        };
    }
}
