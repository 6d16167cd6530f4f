package dev.tenon.conformance.cases;

import static dev.tenon.conformance.Operand.in;
import static dev.tenon.conformance.Operand.out;

import dev.tenon.DType;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Operand;
import dev.tenon.conformance.Placement;
import dev.tenon.conformance.Target;
import dev.tenon.conformance.cases.AttentionCases.Sizing;
import dev.tenon.conformance.reference.Values;
import dev.tenon.op.AttentionBackward;
import dev.tenon.op.AttentionParameters;
import java.util.ArrayList;
import java.util.List;

/** AttentionBackward, on what a forward pass would have written. */
final class AttentionBackwardCases {
    private AttentionBackwardCases() {}

    static void add(List<OpCase> all) {
        AttentionParameters causal = new AttentionParameters(0.2f, true, 0, 0);
        AttentionParameters full = new AttentionParameters(0.2f, false, 0, 0);
        AttentionParameters window = new AttentionParameters(0.2f, true, 6, 0);
        AttentionParameters capped = new AttentionParameters(0.2f, true, 9, 4);
        for (DType dtype : Sizes.FLOATS) {
            for (AttentionParameters p : List.of(causal, full, window, capped)) {
                backward(all, dtype, Sizing.of(2, 4, 2, 21, 21, 32), p, false, Placement.CONTIGUOUS);
            }
            backward(all, dtype, Sizing.of(1, 4, 1, 13, 40, 16), causal, true, Placement.CONTIGUOUS);
        }
        for (Sizing s : List.of(
                Sizing.of(1, 1, 1, 1, 1, 1),
                Sizing.of(1, 3, 1, 1, 70, 64),
                Sizing.of(1, 2, 2, 130, 130, 64),
                new Sizing(2, 2, 1, 33, 50, 24, 40),
                Sizing.of(1, 2, 1, 20, 12, 16),
                Sizing.of(0, 2, 1, 4, 5, 8),
                Sizing.of(1, 1, 1, 9, 207, 80))) {
            backward(all, DType.F32, s, causal, false, Placement.CONTIGUOUS);
            backward(all, DType.F32, s, full, true, Placement.CONTIGUOUS);
        }
        for (Placement placement : Sizes.PLACEMENTS) {
            backward(all, DType.F32, Sizing.of(2, 4, 2, 13, 20, 16), causal, false, placement);
        }
    }

    static void backward(
            List<OpCase> all, DType dtype, Sizing s, AttentionParameters p, boolean mask, Placement placement) {
        Placement to = Sizes.output(placement);
        DType wide = Sizes.wide(dtype);
        List<Operand> operands = new ArrayList<>(List.of(
                in("query", dtype, placement, Content.normal(1), s.batch(), s.heads(), s.queries(), s.headSize()),
                in("key", dtype, placement, Content.normal(1), s.batch(), s.keyHeads(), s.keys(), s.headSize()),
                in("value", dtype, placement, Content.normal(1), s.batch(), s.keyHeads(), s.keys(), s.valueSize())));
        if (mask) {
            operands.add(in("mask", wide, placement, Content.normal(1), s.queries(), s.keys()));
        }
        Content sums = Content.computed(target -> forward(target, s, p, mask, true));
        Content outs = Content.computed(target -> forward(target, s, p, mask, false));
        operands.add(in("logSumExp", wide, to, sums, s.batch(), s.heads(), s.queries()));
        operands.add(in("out", dtype, to, outs, s.batch(), s.heads(), s.queries(), s.valueSize()));
        operands.add(
                in("gradOut", dtype, placement, Content.normal(1), s.batch(), s.heads(), s.queries(), s.valueSize()));
        operands.add(out("gradQuery", dtype, to, s.batch(), s.heads(), s.queries(), s.headSize()));
        operands.add(out("gradKey", dtype, to, s.batch(), s.keyHeads(), s.keys(), s.headSize()));
        operands.add(out("gradValue", dtype, to, s.batch(), s.keyHeads(), s.keys(), s.valueSize()));
        all.add(new OpCase(
                AttentionBackward.class,
                "%s %s %s%s %s".formatted(dtype, s, p, mask ? " mask" : "", placement),
                operands,
                t -> new AttentionBackward(
                        t.get("query"),
                        t.get("key"),
                        t.get("value"),
                        mask ? t.get("mask") : null,
                        p,
                        t.get("out"),
                        t.get("logSumExp"),
                        t.get("gradOut"),
                        t.get("gradQuery"),
                        t.get("gradKey"),
                        t.get("gradValue"))));
    }

    /** What a forward pass writes: written out once more, apart from the reference, so that neither leans on the other. */
    private static double[] forward(Target target, Sizing s, AttentionParameters p, boolean masked, boolean sums) {
        double[] query = target.earlier("query").reals();
        double[] key = target.earlier("key").reals();
        double[] value = target.earlier("value").reals();
        Values mask = masked ? target.earlier("mask") : null;
        int rows = (int) (s.batch() * s.heads() * s.queries());
        int keys = (int) s.keys();
        int size = (int) s.headSize();
        int width = (int) s.valueSize();
        double[] logSumExp = new double[Math.max(1, rows)];
        double[] out = new double[Math.max(1, rows * width)];
        for (int row = 0; row < rows; row++) {
            int head = row / (int) s.queries();
            int at = row % (int) s.queries();
            int keyHead = (int) (head / s.heads() * s.keyHeads() + head % s.heads() / (s.heads() / s.keyHeads()));
            double sum = 0;
            double[] total = new double[width];
            for (int k = 0; k < keys; k++) {
                long position = keys - s.queries() + at;
                if (p.causal() && (k > position || (p.window() > 0 && k <= position - p.window()))) {
                    continue;
                }
                double score = 0;
                for (int i = 0; i < size; i++) {
                    score += query[row * size + i] * key[(keyHead * keys + k) * size + i];
                }
                score *= p.scale();
                score = p.softCap() == 0 ? score : p.softCap() * Math.tanh(score / p.softCap());
                score += mask == null ? 0 : mask.reals()[at * keys + k];
                double weight = Math.exp(score);
                sum += weight;
                for (int i = 0; i < width; i++) {
                    total[i] += weight * value[(keyHead * keys + k) * width + i];
                }
            }
            logSumExp[row] = Math.log(sum);
            for (int i = 0; i < width; i++) {
                out[row * width + i] = sum == 0 ? 0 : total[i] / sum;
            }
        }
        return sums ? logSumExp : out;
    }
}
