package dev.tenon.conformance.cases;

import static dev.tenon.conformance.Operand.in;
import static dev.tenon.conformance.Operand.out;

import dev.tenon.DType;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Operand;
import dev.tenon.conformance.Placement;
import dev.tenon.op.Activation;
import dev.tenon.op.GatedActivation;
import dev.tenon.op.GatedActivationBackward;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryBackward;
import dev.tenon.op.UnaryKind;
import java.util.List;

/** Unary, UnaryBackward, GatedActivation, GatedActivationBackward. */
public final class UnaryCases {
    private UnaryCases() {}

    public static void add(List<OpCase> all) {
        for (UnaryKind kind : UnaryKind.values()) {
            for (DType dtype : types(kind)) {
                for (long n : Sizes.LENGTHS) {
                    unary(all, kind, dtype, Placement.CONTIGUOUS, Placement.CONTIGUOUS, range(kind, dtype), "", n);
                }
                unary(all, kind, dtype, Placement.OFFSET, Placement.OFFSET, range(kind, dtype), "", 207);
                if (dtype.isFloat()) {
                    unary(
                            all,
                            kind,
                            dtype,
                            Placement.CONTIGUOUS,
                            Placement.CONTIGUOUS,
                            Content.special(),
                            "special ",
                            1001);
                }
            }
            inPlace(all, kind, types(kind).getFirst());
        }
        layouts(all);
        backward(all);
        gated(all);
    }

    private static List<DType> types(UnaryKind kind) {
        return switch (kind) {
            case NEGATE, ABS, SIGN, SQUARE ->
                List.of(
                        DType.F32,
                        DType.F16,
                        DType.BF16,
                        DType.F64,
                        DType.I64,
                        DType.I32,
                        DType.I16,
                        DType.I8,
                        DType.U8);
            case NOT -> List.of(DType.BOOL);
            case SQRT,
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
                    SIGMOID,
                    SOFTPLUS,
                    FLOOR,
                    CEIL,
                    ROUND,
                    RELU,
                    GELU,
                    GELU_TANH,
                    GELU_QUICK,
                    SILU -> Sizes.FLOATS;
        };
    }

    /** Where a function has values, and changes. */
    static Content range(UnaryKind kind, DType dtype) {
        if (!dtype.isFloat()) {
            return Content.any(dtype);
        }
        return switch (kind) {
            case SQRT, RSQRT, LOG, LOG2 -> Content.uniform(1e-4, 20);
            case LOG1P -> Content.uniform(-0.999, 20);
            case EXP, EXP2, EXPM1 -> Content.uniform(-90, 85);
            case SIN, COS -> Content.normal(100);
            case ROUND, FLOOR, CEIL -> Content.normal(10);
            case NEGATE,
                    ABS,
                    SIGN,
                    SQUARE,
                    RECIPROCAL,
                    TANH,
                    ERF,
                    SIGMOID,
                    SOFTPLUS,
                    RELU,
                    GELU,
                    GELU_TANH,
                    GELU_QUICK,
                    SILU,
                    NOT -> Content.normal(3);
        };
    }

    private static void unary(
            List<OpCase> all,
            UnaryKind kind,
            DType dtype,
            Placement from,
            Placement to,
            Content content,
            String note,
            long... sizes) {
        all.add(new OpCase(
                Unary.class,
                "%s %s %s%s %s to %s".formatted(kind, dtype, note, Sizes.text(sizes), from, to),
                List.of(in("in", dtype, from, content, sizes), out("out", dtype, to, sizes)),
                t -> new Unary(kind, t.get("in"), t.get("out"))));
    }

    private static void inPlace(List<OpCase> all, UnaryKind kind, DType dtype) {
        for (Placement placement : List.of(Placement.CONTIGUOUS, Placement.STRIDED)) {
            all.add(new OpCase(
                    Unary.class,
                    "%s %s [5, 207] %s in place".formatted(kind, dtype, placement),
                    List.of(in("in", dtype, placement, range(kind, dtype), 5, 207)),
                    t -> new Unary(kind, t.get("in"), t.get("in"))));
        }
    }

    private static void layouts(List<OpCase> all) {
        for (DType dtype : List.of(DType.F32, DType.BF16, DType.F16, DType.F64)) {
            for (UnaryKind kind : List.of(UnaryKind.EXP, UnaryKind.NEGATE)) {
                for (Placement from : Sizes.PLACEMENTS) {
                    for (Placement to : List.of(Placement.CONTIGUOUS, Sizes.output(from))) {
                        if (to == Placement.CONTIGUOUS || to == from) {
                            unary(all, kind, dtype, from, to, range(kind, dtype), "layout ", 7, 13, 33);
                        }
                    }
                }
                for (Placement to : Sizes.OUTPUTS) {
                    unary(all, kind, dtype, Placement.TRANSPOSED, to, range(kind, dtype), "to layout ", 19, 207);
                }
                unary(all, kind, dtype, Placement.TRANSPOSED, Placement.CONTIGUOUS, range(kind, dtype), "", 3, 0, 5);
                unary(all, kind, dtype, Placement.CONTIGUOUS, Placement.CONTIGUOUS, range(kind, dtype), "scalar ");
                unary(
                        all,
                        kind,
                        dtype,
                        Placement.SWAPPED_MIDDLE,
                        Placement.REVERSED,
                        range(kind, dtype),
                        "",
                        2,
                        1,
                        3,
                        4,
                        1,
                        5);
            }
        }
    }

    private static void backward(List<OpCase> all) {
        for (UnaryKind kind : UnaryKind.values()) {
            if (kind == UnaryKind.NOT) {
                continue;
            }
            for (DType dtype : Sizes.FLOATS) {
                Content content = switch (kind) {
                    case EXP, EXP2, EXPM1 -> Content.uniform(-20, 8);
                    case RSQRT, SQRT, LOG, LOG2 -> Content.uniform(0.01, 20);
                    case RECIPROCAL -> Content.uniform(0.1, 20);
                    default -> range(kind, dtype);
                };
                for (long n : new long[] {0, 1, 13, 1001}) {
                    backward(all, kind, dtype, content, Placement.CONTIGUOUS, "", n);
                }
            }
            if (!hasPole(kind)) {
                backward(all, kind, DType.F32, Content.of(-1, 0, 1, -0.0, 2), Placement.CONTIGUOUS, "kinks ", 13);
            }
        }
        for (Placement placement : Sizes.PLACEMENTS) {
            backward(all, UnaryKind.SILU, DType.F32, Content.normal(3), placement, "layout ", 5, 7, 33);
        }
        all.add(new OpCase(
                UnaryBackward.class,
                "GELU F32 [5, 207] in place",
                List.of(in("in", DType.F32, 5, 207), in("gradOut", DType.F32, 5, 207)),
                t -> new UnaryBackward(UnaryKind.GELU, t.get("in"), t.get("gradOut"), t.get("gradOut"))));
    }

    private static void backward(
            List<OpCase> all,
            UnaryKind kind,
            DType dtype,
            Content content,
            Placement placement,
            String note,
            long... sizes) {
        all.add(new OpCase(
                UnaryBackward.class,
                "%s %s %s%s %s".formatted(kind, dtype, note, Sizes.text(sizes), placement),
                List.of(
                        in("in", dtype, placement, content, sizes),
                        in("gradOut", dtype, placement, Content.normal(1), sizes),
                        out("gradIn", dtype, Sizes.output(placement), sizes)),
                t -> new UnaryBackward(kind, t.get("in"), t.get("gradOut"), t.get("gradIn"))));
    }

    /** Functions whose derivative has a pole or none at all at some of the kinks' places. */
    private static boolean hasPole(UnaryKind kind) {
        return switch (kind) {
            case SQRT, RSQRT, RECIPROCAL, LOG, LOG2, LOG1P -> true;
            default -> false;
        };
    }

    private static void gated(List<OpCase> all) {
        for (Activation activation : Activation.values()) {
            for (DType dtype : Sizes.FLOATS) {
                for (long n : Sizes.LENGTHS) {
                    gated(all, activation, dtype, Placement.CONTIGUOUS, n);
                    gatedBackward(all, activation, dtype, Placement.CONTIGUOUS, n);
                }
            }
        }
        for (Placement placement : Sizes.PLACEMENTS) {
            for (DType dtype : List.of(DType.F32, DType.BF16)) {
                gated(all, Activation.SILU, dtype, placement, 3, 5, 207);
                gatedBackward(all, Activation.GELU_TANH, dtype, placement, 3, 5, 207);
            }
        }
        all.add(new OpCase(
                GatedActivation.class,
                "SILU F32 [4, 2 x 100] halves of one tensor, into the first",
                List.of(in("both", DType.F32, 4, 200)),
                t -> new GatedActivation(
                        Activation.SILU,
                        t.get("both").slice(1, 0, 100),
                        t.get("both").slice(1, 100, 200),
                        t.get("both").slice(1, 0, 100))));
        all.add(new OpCase(
                GatedActivationBackward.class,
                "SILU F32 [4, 207] in place",
                List.of(in("gate", DType.F32, 4, 207), in("up", DType.F32, 4, 207), in("gradOut", DType.F32, 4, 207)),
                t -> new GatedActivationBackward(
                        Activation.SILU, t.get("gate"), t.get("up"), t.get("gradOut"), t.get("gate"), t.get("up"))));
    }

    private static void gated(
            List<OpCase> all, Activation activation, DType dtype, Placement placement, long... sizes) {
        all.add(new OpCase(
                GatedActivation.class,
                "%s %s %s %s".formatted(activation, dtype, Sizes.text(sizes), placement),
                List.of(
                        in("gate", dtype, placement, Content.normal(3), sizes),
                        in("up", dtype, placement, Content.normal(1), sizes),
                        out("out", dtype, Sizes.output(placement), sizes)),
                t -> new GatedActivation(activation, t.get("gate"), t.get("up"), t.get("out"))));
    }

    private static void gatedBackward(
            List<OpCase> all, Activation activation, DType dtype, Placement placement, long... sizes) {
        Placement to = Sizes.output(placement);
        List<Operand> operands = List.of(
                in("gate", dtype, placement, Content.normal(3), sizes),
                in("up", dtype, placement, Content.normal(1), sizes),
                in("gradOut", dtype, placement, Content.normal(1), sizes),
                out("gradGate", dtype, to, sizes),
                out("gradUp", dtype, to, sizes));
        all.add(new OpCase(
                GatedActivationBackward.class,
                "%s %s %s %s".formatted(activation, dtype, Sizes.text(sizes), placement),
                operands,
                t -> new GatedActivationBackward(
                        activation, t.get("gate"), t.get("up"), t.get("gradOut"), t.get("gradGate"), t.get("gradUp"))));
    }
}
