package dev.tenon.kernels;

import static dev.tenon.kernels.ProgramCollector.wide;

import dev.tenon.DType;
import dev.tenon.op.ArgReduce;
import dev.tenon.op.CrossEntropy;
import dev.tenon.op.CrossEntropyBackward;
import dev.tenon.op.LayerNorm;
import dev.tenon.op.LayerNormBackward;
import dev.tenon.op.Reduce;
import dev.tenon.op.ReduceKind;
import dev.tenon.op.RmsNorm;
import dev.tenon.op.RmsNormBackward;
import dev.tenon.op.Rope;
import dev.tenon.op.Softmax;
import dev.tenon.op.SoftmaxBackward;
import dev.tenon.op.TopK;
import java.util.List;

/** The programs of operators that work row by row, and of reductions. */
final class RowPrograms {
    private static final boolean[] BOTH = {false, true};
    private static final long ROWS = 3;
    private static final long LINE = 64;

    private RowPrograms() {}

    static void collect(ProgramCollector c) {
        for (DType type : DType.values()) {
            if (type.isQuantized()) {
                continue;
            }
            reductions(c, type);
            softmax(c, type);
            losses(c, type);
            rope(c, type);
            for (DType weight : DType.values()) {
                norms(c, type, weight);
                for (DType bias : DType.values()) {
                    layerNorm(c, type, weight, bias);
                }
            }
        }
    }

    private static void reductions(ProgramCollector c, DType type) {
        for (ReduceKind kind : ReduceKind.values()) {
            for (List<Integer> axes : List.of(List.of(0), List.of(2), List.of(0, 2), List.of(0, 1, 2))) {
                long[] kept = {4, 5, 6};
                axes.forEach(axis -> kept[axis] = 1);
                for (DType out : List.of(type, wide(type))) {
                    c.plan(() -> new Reduce(kind, c.dense(type, 4, 5, 6), axes, c.dense(out, kept)));
                }
            }
        }
        for (DType index : List.of(DType.I32, DType.I64)) {
            for (boolean largest : BOTH) {
                c.plan(() -> new ArgReduce(largest, c.dense(type, ROWS, LINE), c.dense(index, ROWS)));
            }
            c.plan(() -> new TopK(c.dense(type, ROWS, LINE), c.dense(type, ROWS, 4), c.dense(index, ROWS, 4)));
        }
    }

    private static void softmax(ProgramCollector c, DType type) {
        for (boolean logarithm : BOTH) {
            c.plan(() -> new Softmax(logarithm, c.dense(type, ROWS, LINE), c.dense(type, ROWS, LINE)));
            c.plan(() -> new SoftmaxBackward(
                    logarithm, c.dense(type, ROWS, LINE), c.dense(type, ROWS, LINE), c.dense(type, ROWS, LINE)));
        }
    }

    private static void losses(ProgramCollector c, DType type) {
        for (DType index : List.of(DType.I32, DType.I64)) {
            for (boolean sums : BOTH) {
                c.plan(() -> new CrossEntropy(
                        c.dense(type, ROWS, LINE),
                        c.dense(index, ROWS),
                        -1,
                        c.dense(wide(type), ROWS),
                        c.maybe(sums, wide(type), ROWS)));
            }
            c.plan(() -> new CrossEntropyBackward(
                    c.dense(type, ROWS, LINE),
                    c.dense(index, ROWS),
                    -1,
                    c.dense(wide(type), ROWS),
                    c.dense(wide(type), ROWS),
                    c.dense(type, ROWS, LINE)));
        }
    }

    private static void rope(ProgramCollector c, DType type) {
        for (Rope.Pairing pairing : Rope.Pairing.values()) {
            for (boolean gaps : BOTH) {
                c.plan(() -> new Rope(
                        c.of(gaps, type, 1, 2, 3, LINE),
                        c.dense(DType.I32, 2),
                        c.dense(DType.F32, LINE / 2),
                        pairing,
                        1,
                        false,
                        c.of(gaps, type, 1, 2, 3, LINE)));
            }
        }
    }

    private static void norms(ProgramCollector c, DType type, DType weightType) {
        for (int form = 0; form < 16; form++) {
            boolean first = (form & 1) != 0;
            boolean second = (form & 2) != 0;
            boolean third = (form & 4) != 0;
            boolean weight = (form & 8) != 0;
            c.plan(() -> new RmsNorm(
                    c.dense(type, ROWS, LINE),
                    c.maybe(first, type, ROWS, LINE),
                    c.maybe(weight, weightType, LINE),
                    0,
                    1e-6f,
                    c.dense(type, ROWS, LINE),
                    c.maybe(second, type, ROWS, LINE),
                    c.maybe(third, wide(type), ROWS)));
            c.plan(() -> new RmsNormBackward(
                    c.dense(type, ROWS, LINE),
                    c.dense(type, ROWS, LINE),
                    c.maybe(weight, weightType, LINE),
                    0,
                    c.dense(wide(type), ROWS),
                    c.maybe(first, type, ROWS, LINE),
                    c.dense(type, ROWS, LINE),
                    c.maybe(second, weightType, LINE)));
        }
    }

    private static void layerNorm(ProgramCollector c, DType type, DType weightType, DType biasType) {
        for (int form = 0; form < 16; form++) {
            boolean weight = (form & 1) != 0;
            boolean bias = (form & 2) != 0;
            boolean mean = (form & 4) != 0;
            boolean rstd = (form & 8) != 0;
            c.plan(() -> new LayerNorm(
                    c.dense(type, ROWS, LINE),
                    c.maybe(weight, weightType, LINE),
                    c.maybe(bias, biasType, LINE),
                    1e-6f,
                    c.dense(type, ROWS, LINE),
                    c.maybe(mean, wide(type), ROWS),
                    c.maybe(rstd, wide(type), ROWS)));
            c.plan(() -> new LayerNormBackward(
                    c.dense(type, ROWS, LINE),
                    c.dense(type, ROWS, LINE),
                    c.maybe(mean, weightType, LINE),
                    c.dense(wide(type), ROWS),
                    c.dense(wide(type), ROWS),
                    c.dense(type, ROWS, LINE),
                    c.maybe(weight, weightType, LINE),
                    c.maybe(bias, biasType, LINE)));
        }
    }
}
