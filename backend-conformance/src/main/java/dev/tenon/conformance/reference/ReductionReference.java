package dev.tenon.conformance.reference;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.op.AllReduce;
import dev.tenon.op.ArgReduce;
import dev.tenon.op.Reduce;
import dev.tenon.op.ReduceKind;
import dev.tenon.op.ReduceScatter;
import dev.tenon.op.TopK;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Reductions over axes and over ranks, and the search for extremes. */
final class ReductionReference {
    private ReductionReference() {}

    static List<Expected> of(Reduce op) {
        Values in = Values.read(op.in());
        int[] target = targets(in.shape(), op.axes());
        int count = Math.toIntExact(op.out().shape().elements());
        if (in.dtype().isFloat()) {
            double[] out = new double[count];
            double[] scale = new double[count];
            long[] terms = new long[count];
            Arrays.fill(out, start(op.kind()));
            for (int i = 0; i < target.length; i++) {
                int to = target[i];
                out[to] = combine(op.kind(), out[to], in.reals()[i]);
                scale[to] +=
                        Math.abs(op.kind() == ReduceKind.SUM_SQUARES ? in.reals()[i] * in.reals()[i] : in.reals()[i]);
                terms[to]++;
            }
            for (int i = 0; i < count; i++) {
                switch (op.kind()) {
                    case MEAN -> {
                        out[i] /= terms[i];
                        scale[i] /= terms[i];
                    }
                    case PRODUCT, MAX, MIN -> scale[i] = Math.abs(out[i]);
                    case SUM, SUM_SQUARES -> {}
                }
            }
            return List.of(new Expected.Reals(out, scale));
        }
        long[] out = new long[count];
        Arrays.fill(out, startWhole(op.kind(), in.dtype()));
        for (int i = 0; i < target.length; i++) {
            out[target[i]] = combineWhole(op.kind(), out[target[i]], in.whole(i));
        }
        return List.of(Expected.Bits.ofWholes(in.dtype(), out));
    }

    /** For each element of the input the element of the output that it goes to. */
    private static int[] targets(Shape shape, List<Integer> axes) {
        int[] target = new int[Math.toIntExact(shape.elements())];
        for (int i = 0; i < target.length; i++) {
            long rest = i;
            long stride = 1;
            long to = 0;
            for (int axis = shape.rank() - 1; axis >= 0; axis--) {
                long size = shape.size(axis);
                if (!axes.contains(axis)) {
                    to += rest % size * stride;
                    stride *= size;
                }
                rest /= size;
            }
            target[i] = (int) to;
        }
        return target;
    }

    private static double start(ReduceKind kind) {
        return switch (kind) {
            case SUM, MEAN, SUM_SQUARES -> 0;
            case PRODUCT -> 1;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
        };
    }

    private static double combine(ReduceKind kind, double a, double b) {
        return switch (kind) {
            case SUM, MEAN -> a + b;
            case SUM_SQUARES -> a + b * b;
            case PRODUCT -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
        };
    }

    private static long startWhole(ReduceKind kind, DType dtype) {
        return switch (kind) {
            case SUM, MEAN, SUM_SQUARES -> 0;
            case PRODUCT -> 1;
            case MAX -> dtype == DType.I32 ? Integer.MIN_VALUE : Long.MIN_VALUE;
            case MIN -> dtype == DType.I32 ? Integer.MAX_VALUE : Long.MAX_VALUE;
        };
    }

    private static long combineWhole(ReduceKind kind, long a, long b) {
        return switch (kind) {
            case SUM, MEAN -> a + b;
            case SUM_SQUARES -> a + b * b;
            case PRODUCT -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
        };
    }

    static List<Expected> of(AllReduce op) {
        Expected all = overRanks(op.kind(), op.in().stream().map(Values::read).toList());
        List<Expected> out = new ArrayList<>();
        op.out().forEach(rank -> out.add(all));
        return out;
    }

    static List<Expected> of(ReduceScatter op) {
        Expected all = overRanks(op.kind(), op.in().stream().map(Values::read).toList());
        int share = Math.toIntExact(op.out().getFirst().shape().elements());
        List<Expected> out = new ArrayList<>();
        for (int rank = 0; rank < op.out().size(); rank++) {
            int from = rank * share;
            int to = from + share;
            out.add(
                    switch (all) {
                        case Expected.Reals(double[] values, double[] scale) ->
                            new Expected.Reals(
                                    Arrays.copyOfRange(values, from, to), Arrays.copyOfRange(scale, from, to));
                        case Expected.Bits(long[] bits) -> new Expected.Bits(Arrays.copyOfRange(bits, from, to));
                        case Expected.Quantized quantized -> quantized;
                    });
        }
        return out;
    }

    private static Expected overRanks(ReduceKind kind, List<Values> ranks) {
        Values first = ranks.getFirst();
        int n = first.count();
        if (first.dtype().isFloat()) {
            double[] out = first.reals().clone();
            double[] scale = new double[n];
            Arrays.setAll(scale, i -> Math.abs(out[i]));
            for (Values rank : ranks.subList(1, ranks.size())) {
                for (int i = 0; i < n; i++) {
                    out[i] = combine(kind, out[i], rank.reals()[i]);
                    scale[i] += Math.abs(rank.reals()[i]);
                }
            }
            if (kind == ReduceKind.MEAN) {
                for (int i = 0; i < n; i++) {
                    out[i] /= ranks.size();
                    scale[i] /= ranks.size();
                }
            }
            return kind == ReduceKind.MAX || kind == ReduceKind.MIN
                    ? Expected.Reals.of(out)
                    : new Expected.Reals(out, scale);
        }
        long[] out = new long[n];
        Arrays.setAll(out, first::whole);
        for (Values rank : ranks.subList(1, ranks.size())) {
            for (int i = 0; i < n; i++) {
                out[i] = combineWhole(kind, out[i], rank.whole(i));
            }
        }
        return Expected.Bits.ofWholes(first.dtype(), out);
    }

    static List<Expected> of(ArgReduce op) {
        Values in = Values.read(op.in());
        int n = in.size(-1);
        long[] out = new long[Math.toIntExact(op.out().shape().elements())];
        for (int row = 0; row < out.length; row++) {
            int best = row * n;
            for (int i = best + 1; i < (row + 1) * n; i++) {
                if (in.dtype().isFloat()
                        ? beats(in.reals()[i], in.reals()[best], op.largest())
                        : op.largest() ? in.whole(i) > in.whole(best) : in.whole(i) < in.whole(best)) {
                    best = i;
                }
            }
            out[row] = best - row * n;
        }
        return List.of(Expected.Bits.ofWholes(op.out().dtype(), out));
    }

    private static boolean beats(double a, double b, boolean largest) {
        if (Double.isNaN(b)) {
            return false;
        }
        return Double.isNaN(a) || (largest ? a > b : a < b);
    }

    static List<Expected> of(TopK op) {
        Values in = Values.read(op.in());
        double[] x = in.reals();
        int n = in.size(-1);
        int k = Math.toIntExact(op.values().shape().size(-1));
        int rows = k == 0 ? 0 : Math.toIntExact(op.values().shape().elements() / k);
        long[] values = new long[rows * k];
        long[] indices = new long[rows * k];
        for (int row = 0; row < rows; row++) {
            int at = row * n;
            List<Integer> order = IntStream.range(0, n)
                    .boxed()
                    .sorted((i, j) -> beats(x[at + i], x[at + j], true)
                            ? -1
                            : beats(x[at + j], x[at + i], true) ? 1 : Integer.compare(i, j))
                    .limit(k)
                    .toList();
            for (int i = 0; i < k; i++) {
                values[row * k + i] = in.bits()[at + order.get(i)];
                indices[row * k + i] = order.get(i);
            }
        }
        return List.of(
                new Expected.Bits(values), Expected.Bits.ofWholes(op.indices().dtype(), indices));
    }
}
