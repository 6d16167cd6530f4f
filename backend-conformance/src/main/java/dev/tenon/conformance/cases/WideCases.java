package dev.tenon.conformance.cases;

import dev.tenon.DType;
import dev.tenon.conformance.Bindings;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Operand;
import dev.tenon.conformance.Placement;
import dev.tenon.op.Activation;
import dev.tenon.op.AdamW;
import dev.tenon.op.Binary;
import dev.tenon.op.BinaryKind;
import dev.tenon.op.Cast;
import dev.tenon.op.Concat;
import dev.tenon.op.Copy;
import dev.tenon.op.Dequantize;
import dev.tenon.op.Fill;
import dev.tenon.op.GatedActivation;
import dev.tenon.op.GatedActivationBackward;
import dev.tenon.op.Gather;
import dev.tenon.op.Op;
import dev.tenon.op.Quantize;
import dev.tenon.op.Rope;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryBackward;
import dev.tenon.op.UnaryKind;
import dev.tenon.op.Where;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Rows of whole accesses of 16 bytes, and the same with one operand after the other just off them: for kernels that move several
 * elements at a time where every operand lies so.
 */
public final class WideCases {
    private static final List<DType> FLOATS = List.of(DType.F32, DType.F16, DType.BF16);
    static final long ROWS = 3;
    /** Whole numbers of accesses in every type, and no whole number of groups: for few items of a group, and for all several times. */
    private static final long[] WIDTHS = {48, 4112};

    /** What is done with the operands of a case, whose first has rows of so many elements. */
    record Form(Class<? extends Op> op, String name, long width, Function<Bindings, Op> build) {}

    private WideCases() {}

    public static void add(List<OpCase> all) {
        for (DType type : FLOATS) {
            for (long width : type == DType.F16 ? new long[] {WIDTHS[0]} : WIDTHS) {
                elements(all, type, width);
                gradients(all, type, width);
                WideRowCases.add(all, type, width);
            }
            for (Rope.Pairing pairing : Rope.Pairing.values()) {
                rope(all, type, pairing, 16, 32);
                rope(all, type, pairing, 8, 40);
                rope(all, type, pairing, 4, 24);
            }
            for (DType quantized : Sizes.QUANTIZED) {
                quantize(all, type, quantized, 2L * quantized.blockSize());
            }
        }
        for (DType type : Sizes.PLAIN) {
            moves(all, type, 48);
        }
    }

    static Operand in(String name, DType type, long... sizes) {
        return Operand.in(name, type, Placement.CONTIGUOUS, Content.any(type), sizes);
    }

    static Operand in(String name, DType type, Content content, long... sizes) {
        return Operand.in(name, type, Placement.CONTIGUOUS, content, sizes);
    }

    static Operand out(String name, DType type, long... sizes) {
        return Operand.out(name, type, sizes);
    }

    private static Operand at(Operand operand, Placement placement) {
        return operand.dtype().isQuantized()
                ? operand
                : new Operand(operand.name(), operand.dtype(), operand.shape(), placement, operand.content());
    }

    /** All in place, all with gaps that keep them so, then one after the other from an odd element on or with gaps between its elements. */
    static void each(List<OpCase> all, Form form, Operand... operands) {
        for (Placement placement : List.of(Placement.CONTIGUOUS, Placement.ALIGNED)) {
            List<Operand> placed = new ArrayList<>();
            for (Operand operand : operands) {
                placed.add(at(operand, placement));
            }
            add(all, form, placement.name(), placed);
        }
        for (int i = 0; i < operands.length; i++) {
            Placement off = i % 2 == 0 ? Placement.OFFSET : Placement.STRIDED;
            List<Operand> placed = new ArrayList<>(List.of(operands));
            placed.set(i, at(operands[i], off));
            if (!placed.get(i).equals(operands[i])) {
                add(all, form, operands[i].name() + " " + off, placed);
            }
        }
    }

    private static void add(List<OpCase> all, Form form, String placement, List<Operand> operands) {
        String name =
                "wide %s %s[%d] %s".formatted(form.name, operands.getFirst().dtype(), form.width, placement);
        all.add(new OpCase(form.op, name, operands, form.build));
    }

    private static void elements(List<OpCase> all, DType type, long n) {
        each(
                all,
                new Form(Unary.class, "negate", n, t -> new Unary(UnaryKind.NEGATE, t.get("in"), t.get("out"))),
                in("in", type, ROWS, n),
                out("out", type, ROWS, n));
        each(
                all,
                new Form(
                        UnaryBackward.class,
                        "silu",
                        n,
                        t -> new UnaryBackward(UnaryKind.SILU, t.get("in"), t.get("gradOut"), t.get("gradIn"))),
                in("in", type, ROWS, n),
                in("gradOut", type, ROWS, n),
                out("gradIn", type, ROWS, n));
        Form product = new Form(
                Binary.class,
                "multiply",
                n,
                t -> new Binary(BinaryKind.MULTIPLY, t.get("a"), t.get("b"), t.get("out")));
        each(all, product, in("a", type, ROWS, n), in("b", type, ROWS, n), out("out", type, ROWS, n));
        // A row for all rows, and one element for a row, or for all.
        for (Placement repeated : List.of(Placement.BROADCAST_OUTER, Placement.BROADCAST_INNER)) {
            List<Operand> operands =
                    List.of(in("a", type, ROWS, n), at(in("b", type, ROWS, n), repeated), out("out", type, ROWS, n));
            add(all, product, "b " + repeated, operands);
            add(
                    all,
                    new Form(
                            Binary.class,
                            "less",
                            n,
                            t -> new Binary(BinaryKind.LESS, t.get("b"), t.get("a"), t.get("out"))),
                    "b " + repeated,
                    List.of(operands.get(0), operands.get(1), out("out", DType.BOOL, ROWS, n)));
        }
        for (DType other : List.of(DType.F32, DType.F16, DType.BF16, DType.BOOL)) {
            if (other != type) {
                each(
                        all,
                        new Form(Cast.class, "to " + other, n, t -> new Cast(t.get("in"), t.get("out"))),
                        in("in", type, ROWS, n),
                        out("out", other, ROWS, n));
            }
        }
        each(
                all,
                new Form(
                        GatedActivation.class,
                        "silu",
                        n,
                        t -> new GatedActivation(Activation.SILU, t.get("gate"), t.get("up"), t.get("out"))),
                in("gate", type, ROWS, n),
                in("up", type, ROWS, n),
                out("out", type, ROWS, n));
        each(
                all,
                new Form(
                        Where.class,
                        type.name(),
                        n,
                        t -> new Where(t.get("condition"), t.get("a"), t.get("b"), t.get("out"))),
                in("condition", DType.BOOL, ROWS, n),
                in("a", type, ROWS, n),
                in("b", type, ROWS, n),
                out("out", type, ROWS, n));
    }

    private static void gradients(List<OpCase> all, DType type, long n) {
        each(
                all,
                new Form(
                        GatedActivationBackward.class,
                        "silu",
                        n,
                        t -> new GatedActivationBackward(
                                Activation.SILU,
                                t.get("gate"),
                                t.get("up"),
                                t.get("gradOut"),
                                t.get("gradGate"),
                                t.get("gradUp"))),
                in("gate", type, ROWS, n),
                in("up", type, ROWS, n),
                in("gradOut", type, ROWS, n),
                out("gradGate", type, ROWS, n),
                out("gradUp", type, ROWS, n));
        for (DType gradient : type == DType.F32 ? List.of(type) : List.of(type, DType.F32)) {
            each(
                    all,
                    new Form(
                            AdamW.class,
                            "gradient " + gradient,
                            n,
                            t -> new AdamW(
                                    t.get("parameter"),
                                    t.get("gradient"),
                                    t.get("firstMoment"),
                                    t.get("secondMoment"),
                                    t.get("schedule"),
                                    0.9f,
                                    0.95f,
                                    1e-8f,
                                    0.1f)),
                    in("parameter", type, ROWS, n),
                    in("gradient", gradient, ROWS, n),
                    in("firstMoment", DType.F32, Content.normal(0.1), ROWS, n),
                    in("secondMoment", DType.F32, Content.uniform(0, 0.5), ROWS, n),
                    in("schedule", DType.F32, Content.of(1e-2, 3, 0.5), 3));
        }
    }

    private static void rope(List<OpCase> all, DType type, Rope.Pairing pairing, long pairs, long size) {
        each(
                all,
                new Form(
                        Rope.class,
                        pairing + " " + pairs + " pairs",
                        size,
                        t -> new Rope(
                                t.get("in"),
                                t.get("positions"),
                                t.get("frequencies"),
                                pairing,
                                1.1f,
                                false,
                                t.get("out"))),
                in("in", type, 2, 5, 3, size),
                in("positions", DType.I32, Content.whole(0, 300), 2, 5),
                in("frequencies", DType.F32, RopeCases.FREQUENCIES, pairs),
                out("out", type, 2, 5, 3, size));
    }

    private static void quantize(List<OpCase> all, DType type, DType quantized, long n) {
        each(
                all,
                new Form(Quantize.class, "to " + quantized, n, t -> new Quantize(t.get("in"), t.get("out"))),
                in("in", type, ROWS, n),
                out("out", quantized, ROWS, n));
        each(
                all,
                new Form(Dequantize.class, "to " + type, n, t -> new Dequantize(t.get("in"), t.get("out"))),
                in("in", quantized, ROWS, n),
                out("out", type, ROWS, n));
    }

    private static void moves(List<OpCase> all, DType type, long n) {
        each(
                all,
                new Form(Copy.class, "", n, t -> new Copy(t.get("in"), t.get("out"))),
                in("in", type, ROWS, n),
                out("out", type, ROWS, n));
        each(all, new Form(Fill.class, "", n, t -> new Fill(1, t.get("out"))), out("out", type, ROWS, n));
        each(
                all,
                new Form(
                        Concat.class,
                        "",
                        n,
                        t -> new Concat(List.of(t.get("first"), t.get("second")), 1, t.get("out"))),
                in("first", type, ROWS, n),
                in("second", type, ROWS, n),
                out("out", type, ROWS, 2 * n));
        each(
                all,
                new Form(Gather.class, "", n, t -> new Gather(t.get("table"), t.get("indices"), t.get("out"))),
                in("table", type, 7, n),
                in("indices", DType.I32, Content.whole(0, 7), ROWS),
                out("out", type, ROWS, n));
    }
}
