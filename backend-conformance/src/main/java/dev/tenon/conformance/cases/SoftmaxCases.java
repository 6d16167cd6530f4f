package dev.tenon.conformance.cases;

import static dev.tenon.conformance.Operand.in;
import static dev.tenon.conformance.Operand.out;

import dev.tenon.DType;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Operand;
import dev.tenon.conformance.Placement;
import dev.tenon.conformance.Target;
import dev.tenon.conformance.reference.Values;
import dev.tenon.op.CrossEntropy;
import dev.tenon.op.CrossEntropyBackward;
import dev.tenon.op.Softmax;
import dev.tenon.op.SoftmaxBackward;
import java.util.ArrayList;
import java.util.List;

/** Softmax, SoftmaxBackward, CrossEntropy, CrossEntropyBackward. */
public final class SoftmaxCases {
    private static final long IGNORE = -100;

    private SoftmaxCases() {}

    public static void add(List<OpCase> all) {
        for (boolean logarithm : new boolean[] {false, true}) {
            for (DType dtype : Sizes.FLOATS) {
                for (long n : Sizes.LENGTHS) {
                    softmax(all, logarithm, dtype, Placement.CONTIGUOUS, Content.normal(4), "", 3, n);
                    softmaxBackward(all, logarithm, dtype, Placement.CONTIGUOUS, 3, n);
                }
                softmax(all, logarithm, dtype, Placement.CONTIGUOUS, Content.normal(4), "", 33);
                softmax(all, logarithm, dtype, Placement.CONTIGUOUS, Content.normal(4), "", 0, 5);
                softmax(all, logarithm, dtype, Placement.CONTIGUOUS, Content.spoiled(), "spoiled ", 60, 33);
                softmax(all, logarithm, dtype, Placement.CONTIGUOUS, Content.uniform(-3e4, 3e4), "wide ", 4, 100);
                softmax(
                        all,
                        logarithm,
                        dtype,
                        Placement.CONTIGUOUS,
                        Content.of(Double.NEGATIVE_INFINITY),
                        "all -inf ",
                        2,
                        9);
                softmax(
                        all,
                        logarithm,
                        dtype,
                        Placement.CONTIGUOUS,
                        Content.of(Double.NEGATIVE_INFINITY, 1, 2),
                        "-inf ",
                        2,
                        9);
            }
            for (Placement placement : Sizes.PLACEMENTS) {
                softmax(all, logarithm, DType.F32, placement, Content.normal(4), "layout ", 3, 5, 33);
                softmax(all, logarithm, DType.BF16, placement, Content.normal(4), "layout ", 3, 5, 33);
                softmaxBackward(all, logarithm, DType.F32, placement, 3, 5, 33);
            }
            for (Placement placement : List.of(Placement.CONTIGUOUS, Placement.STRIDED)) {
                all.add(new OpCase(
                        Softmax.class,
                        (logarithm ? "log " : "") + "F32 [5, 207] in place " + placement,
                        List.of(in("in", DType.F32, placement, Content.normal(4), 5, 207)),
                        t -> new Softmax(logarithm, t.get("in"), t.get("in"))));
            }
        }
        for (DType dtype : Sizes.FLOATS) {
            for (DType index : List.of(DType.I32, DType.I64)) {
                for (long n : new long[] {1, 13, 207, 4098}) {
                    crossEntropy(all, dtype, index, Placement.CONTIGUOUS, true, 5, n);
                    crossEntropyBackward(all, dtype, index, Placement.CONTIGUOUS, false, 5, n);
                }
                crossEntropy(all, dtype, index, Placement.CONTIGUOUS, false, 1, 1001);
                crossEntropy(all, dtype, index, Placement.CONTIGUOUS, true, 0, 5);
                crossEntropyBackward(all, dtype, index, Placement.CONTIGUOUS, true, 7, 1001);
                crossEntropyBackward(all, dtype, index, Placement.CONTIGUOUS, false, 0, 5);
            }
        }
        for (Placement placement : Sizes.PLACEMENTS) {
            crossEntropy(all, DType.F32, DType.I64, placement, true, 5, 207);
            crossEntropyBackward(all, DType.F32, DType.I64, placement, false, 5, 207);
        }
    }

    private static void softmax(
            List<OpCase> all,
            boolean logarithm,
            DType dtype,
            Placement placement,
            Content content,
            String note,
            long... sizes) {
        all.add(new OpCase(
                Softmax.class,
                "%s%s %s%s %s".formatted(logarithm ? "log " : "", dtype, note, Sizes.text(sizes), placement),
                List.of(in("in", dtype, placement, content, sizes), out("out", dtype, Sizes.output(placement), sizes)),
                t -> new Softmax(logarithm, t.get("in"), t.get("out"))));
    }

    private static void softmaxBackward(
            List<OpCase> all, boolean logarithm, DType dtype, Placement placement, long... sizes) {
        double shift = -Math.log(Math.max(1, sizes[sizes.length - 1]));
        Content result = logarithm ? Content.normal(shift, 0.5) : Content.uniform(0, 2 * Math.exp(shift));
        all.add(new OpCase(
                SoftmaxBackward.class,
                "%s%s %s %s".formatted(logarithm ? "log " : "", dtype, Sizes.text(sizes), placement),
                List.of(
                        in("out", dtype, placement, result, sizes),
                        in("gradOut", dtype, placement, Content.normal(1), sizes),
                        out("gradIn", dtype, Sizes.output(placement), sizes)),
                t -> new SoftmaxBackward(logarithm, t.get("out"), t.get("gradOut"), t.get("gradIn"))));
    }

    /** Classes with an ignored one here and there. */
    private static Content targets(long classes) {
        return target -> {
            for (long i = 0; i < target.count(); i++) {
                boolean ignored = target.random().nextInt(4) == 0;
                target.whole(i, ignored ? IGNORE : target.random().nextLong(classes));
            }
        };
    }

    private static void crossEntropy(
            List<OpCase> all, DType dtype, DType index, Placement placement, boolean withSum, long rows, long classes) {
        DType wide = Sizes.wide(dtype);
        List<Operand> operands = new ArrayList<>(List.of(
                in("logits", dtype, placement, Content.normal(3), rows, classes),
                in("targets", index, placement, targets(classes), rows),
                out("losses", wide, Sizes.output(placement), rows)));
        if (withSum) {
            operands.add(out("logSumExp", wide, Sizes.output(placement), rows));
        }
        all.add(new OpCase(
                CrossEntropy.class,
                "%s[%d, %d] by %s %s%s"
                        .formatted(dtype, rows, classes, index, placement, withSum ? " with logSumExp" : ""),
                operands,
                t -> new CrossEntropy(
                        t.get("logits"),
                        t.get("targets"),
                        IGNORE,
                        t.get("losses"),
                        withSum ? t.get("logSumExp") : null)));
    }

    private static double[] logSumExp(Target target) {
        Values logits = target.earlier("logits");
        int n = logits.size(1);
        double[] out = new double[logits.size(0)];
        for (int row = 0; row < out.length; row++) {
            double sum = 0;
            for (int i = 0; i < n; i++) {
                sum += Math.exp(logits.reals()[row * n + i]);
            }
            out[row] = Math.log(sum);
        }
        return out.length == 0 ? new double[1] : out;
    }

    private static void crossEntropyBackward(
            List<OpCase> all, DType dtype, DType index, Placement placement, boolean inPlace, long rows, long classes) {
        DType wide = Sizes.wide(dtype);
        Placement one = Sizes.output(placement);
        List<Operand> operands = new ArrayList<>(List.of(
                in("logits", dtype, inPlace ? one : placement, Content.normal(3), rows, classes),
                in("targets", index, one, targets(classes), rows),
                in("logSumExp", wide, one, Content.computed(SoftmaxCases::logSumExp), rows),
                in("gradLosses", wide, placement, Content.normal(1), rows)));
        if (!inPlace) {
            operands.add(out("gradLogits", dtype, one, rows, classes));
        }
        all.add(new OpCase(
                CrossEntropyBackward.class,
                "%s[%d, %d] by %s %s%s".formatted(dtype, rows, classes, index, placement, inPlace ? " in place" : ""),
                operands,
                t -> new CrossEntropyBackward(
                        t.get("logits"),
                        t.get("targets"),
                        IGNORE,
                        t.get("logSumExp"),
                        t.get("gradLosses"),
                        t.get(inPlace ? "logits" : "gradLogits"))));
    }
}
