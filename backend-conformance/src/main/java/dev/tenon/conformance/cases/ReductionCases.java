package dev.tenon.conformance.cases;

import static dev.tenon.conformance.Operand.in;
import static dev.tenon.conformance.Operand.out;

import dev.tenon.DType;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Placement;
import dev.tenon.op.ArgReduce;
import dev.tenon.op.Reduce;
import dev.tenon.op.ReduceKind;
import dev.tenon.op.TopK;
import java.util.Arrays;
import java.util.List;

/** Reduce, ArgReduce, TopK. */
public final class ReductionCases {
    private ReductionCases() {}

    public static void add(List<OpCase> all) {
        for (ReduceKind kind : ReduceKind.values()) {
            for (DType dtype : Sizes.REDUCIBLE) {
                if (kind == ReduceKind.MEAN && !dtype.isFloat()) {
                    continue;
                }
                for (long n : Sizes.LENGTHS) {
                    reduce(all, kind, dtype, Placement.CONTIGUOUS, content(kind, dtype), "", List.of(0), n);
                    reduce(all, kind, dtype, Placement.CONTIGUOUS, content(kind, dtype), "", List.of(1), 3, n);
                    reduce(all, kind, dtype, Placement.CONTIGUOUS, content(kind, dtype), "", List.of(0), n, 3);
                }
                for (List<Integer> axes : List.of(
                        List.<Integer>of(),
                        List.of(1),
                        List.of(0, 1),
                        List.of(0, 2),
                        List.of(1, 2),
                        List.of(0, 1, 2))) {
                    reduce(all, kind, dtype, Placement.CONTIGUOUS, content(kind, dtype), "", axes, 5, 7, 33);
                }
                reduce(all, kind, dtype, Placement.CONTIGUOUS, content(kind, dtype), "", List.of(1), 4, 0, 3);
                reduce(all, kind, dtype, Placement.CONTIGUOUS, content(kind, dtype), "", List.of(1), 0, 4, 3);
                reduce(all, kind, dtype, Placement.CONTIGUOUS, content(kind, dtype), "", List.of());
            }
            reduce(all, kind, DType.F32, Placement.CONTIGUOUS, Content.spoiled(), "spoiled ", List.of(1), 40, 33);
            reduce(all, kind, DType.BF16, Placement.CONTIGUOUS, Content.spoiled(), "spoiled ", List.of(0), 33, 40);
        }
        for (Placement placement : Sizes.PLACEMENTS) {
            for (List<Integer> axes : List.of(List.of(0), List.of(1), List.of(2), List.of(0, 2))) {
                reduce(all, ReduceKind.SUM, DType.F32, placement, Content.normal(1), "layout ", axes, 5, 7, 33);
                reduce(all, ReduceKind.MAX, DType.F16, placement, Content.normal(1), "layout ", axes, 5, 7, 33);
            }
        }
        // Every term has one sign: an accumulator that is too narrow drifts.
        reduce(
                all,
                ReduceKind.SUM,
                DType.F32,
                Placement.CONTIGUOUS,
                Content.uniform(0, 1),
                "drift ",
                List.of(0),
                300_001);
        reduce(
                all,
                ReduceKind.MEAN,
                DType.F32,
                Placement.CONTIGUOUS,
                Content.normal(1000, 1),
                "drift ",
                List.of(0),
                100_003);
        reduce(
                all,
                ReduceKind.SUM,
                DType.BF16,
                Placement.CONTIGUOUS,
                Content.uniform(0, 1),
                "drift ",
                List.of(0),
                70_001,
                2);
        arguments(all);
        topK(all);
    }

    private static Content content(ReduceKind kind, DType dtype) {
        return kind == ReduceKind.PRODUCT && dtype.isFloat() ? Content.uniform(0.99, 1.01) : Content.any(dtype);
    }

    private static void reduce(
            List<OpCase> all,
            ReduceKind kind,
            DType dtype,
            Placement placement,
            Content content,
            String note,
            List<Integer> axes,
            long... sizes) {
        long[] reduced = sizes.clone();
        axes.forEach(axis -> reduced[axis] = 1);
        DType to = dtype.isFloat() ? Sizes.wide(dtype) : dtype;
        all.add(new OpCase(
                Reduce.class,
                "%s %s %s%s over %s %s".formatted(kind, dtype, note, Sizes.text(sizes), axes, placement),
                List.of(in("in", dtype, placement, content, sizes), out("out", to, Sizes.output(placement), reduced)),
                t -> new Reduce(kind, t.get("in"), axes, t.get("out"))));
    }

    private static void arguments(List<OpCase> all) {
        for (boolean largest : new boolean[] {true, false}) {
            for (DType dtype : Sizes.REDUCIBLE) {
                for (DType to : List.of(DType.I32, DType.I64)) {
                    for (long n : new long[] {1, 13, 207, 1001, 4098}) {
                        argument(all, largest, dtype, to, Placement.CONTIGUOUS, Content.any(dtype), "", 3, n);
                    }
                    argument(all, largest, dtype, to, Placement.CONTIGUOUS, Content.whole(-3, 4), "ties ", 20, 207);
                }
                argument(all, largest, dtype, DType.I64, Placement.CONTIGUOUS, Content.any(dtype), "", 0, 5);
                argument(all, largest, dtype, DType.I64, Placement.CONTIGUOUS, Content.any(dtype), "", 33);
                if (dtype.isFloat()) {
                    argument(
                            all,
                            largest,
                            dtype,
                            DType.I64,
                            Placement.CONTIGUOUS,
                            Content.special(),
                            "special ",
                            50,
                            33);
                    argument(
                            all,
                            largest,
                            dtype,
                            DType.I64,
                            Placement.CONTIGUOUS,
                            Content.spoiled(),
                            "spoiled ",
                            50,
                            33);
                    Content infinite = Content.of(largest ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
                    argument(all, largest, dtype, DType.I64, Placement.CONTIGUOUS, infinite, "infinite ", 2, 40);
                }
            }
            for (Placement placement : Sizes.PLACEMENTS) {
                argument(all, largest, DType.F32, DType.I64, placement, Content.normal(1), "layout ", 3, 5, 33);
            }
        }
    }

    private static void argument(
            List<OpCase> all,
            boolean largest,
            DType dtype,
            DType to,
            Placement placement,
            Content content,
            String note,
            long... sizes) {
        all.add(new OpCase(
                ArgReduce.class,
                "%s %s to %s %s%s %s"
                        .formatted(largest ? "largest" : "smallest", dtype, to, note, Sizes.text(sizes), placement),
                List.of(
                        in("in", dtype, placement, content, sizes),
                        out("out", to, Sizes.output(placement), Arrays.copyOf(sizes, sizes.length - 1))),
                t -> new ArgReduce(largest, t.get("in"), t.get("out"))));
    }

    private static void topK(List<OpCase> all) {
        for (DType dtype : Sizes.FLOATS) {
            for (DType to : List.of(DType.I32, DType.I64)) {
                for (long n : new long[] {1, 13, 207, 1001, 4098}) {
                    for (long k : new long[] {0, 1, 5, 40, n}) {
                        if (k <= n && k <= 1001) {
                            topK(all, dtype, to, Placement.CONTIGUOUS, Content.normal(1), "", k, 3, n);
                        }
                    }
                }
            }
            topK(all, dtype, DType.I64, Placement.CONTIGUOUS, Content.whole(-3, 4), "ties ", 40, 3, 207);
            topK(all, dtype, DType.I64, Placement.CONTIGUOUS, Content.spoiled(), "spoiled ", 9, 30, 100);
            topK(
                    all,
                    dtype,
                    DType.I64,
                    Placement.CONTIGUOUS,
                    Content.of(Double.NEGATIVE_INFINITY),
                    "infinite ",
                    3,
                    2,
                    40);
        }
        for (Placement placement : Sizes.PLACEMENTS) {
            topK(all, DType.F32, DType.I64, placement, Content.normal(1), "layout ", 7, 3, 5, 33);
        }
        topK(all, DType.F32, DType.I64, Placement.CONTIGUOUS, Content.normal(1), "", 2, 0, 33);
        topK(all, DType.F32, DType.I64, Placement.CONTIGUOUS, Content.normal(1), "", 2, 33);
    }

    private static void topK(
            List<OpCase> all,
            DType dtype,
            DType to,
            Placement placement,
            Content content,
            String note,
            long k,
            long... sizes) {
        long[] kept = sizes.clone();
        kept[kept.length - 1] = k;
        all.add(new OpCase(
                TopK.class,
                "%s to %s %d of %s%s %s".formatted(dtype, to, k, note, Sizes.text(sizes), placement),
                List.of(
                        in("in", dtype, placement, content, sizes),
                        out("values", dtype, Sizes.output(placement), kept),
                        out("indices", to, Sizes.output(placement), kept)),
                t -> new TopK(t.get("in"), t.get("values"), t.get("indices"))));
    }
}
