package dev.tenon.conformance.cases;

import static dev.tenon.conformance.Operand.in;
import static dev.tenon.conformance.Operand.out;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.conformance.Bindings;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Operand;
import dev.tenon.conformance.Placement;
import dev.tenon.op.AllGather;
import dev.tenon.op.AllReduce;
import dev.tenon.op.ReduceKind;
import dev.tenon.op.ReduceScatter;
import java.util.ArrayList;
import java.util.List;

/** AllReduce, ReduceScatter, AllGather over the ranks of one process. */
public final class CollectiveCases {
    private CollectiveCases() {}

    public static void add(List<OpCase> all) {
        for (ReduceKind kind : List.of(ReduceKind.SUM, ReduceKind.MEAN, ReduceKind.MAX, ReduceKind.MIN)) {
            for (DType dtype : Sizes.REDUCIBLE) {
                if (kind == ReduceKind.MEAN && !dtype.isFloat()) {
                    continue;
                }
                for (int ranks : new int[] {1, 2, 3, 8}) {
                    for (long n : new long[] {0, 1, 207, 4098}) {
                        allReduce(all, kind, dtype, ranks, false, Placement.CONTIGUOUS, n);
                    }
                    allReduce(all, kind, dtype, ranks, true, Placement.CONTIGUOUS, 5, 33);
                    reduceScatter(all, kind, dtype, ranks, Placement.CONTIGUOUS, ranks * 5L, 33);
                    reduceScatter(all, kind, dtype, ranks, Placement.CONTIGUOUS, ranks * 207L);
                    reduceScatter(all, kind, dtype, ranks, Placement.CONTIGUOUS, 0, 3);
                }
            }
        }
        for (Placement placement : Sizes.PLACEMENTS) {
            allReduce(all, ReduceKind.SUM, DType.F32, 3, false, placement, 4, 5, 33);
            allReduce(all, ReduceKind.SUM, DType.BF16, 2, placement.fitsOutputs(), placement, 4, 5, 33);
            reduceScatter(all, ReduceKind.SUM, DType.F32, 2, placement, 4, 5, 33);
            allGather(all, DType.F32, 3, placement, 2, 5, 33);
        }
        for (DType dtype : Sizes.PLAIN) {
            for (int ranks : new int[] {1, 2, 5}) {
                allGather(all, dtype, ranks, Placement.CONTIGUOUS, 207);
                allGather(all, dtype, ranks, Placement.CONTIGUOUS, 3, 13);
                allGather(all, dtype, ranks, Placement.CONTIGUOUS, 0, 13);
            }
        }
        for (DType dtype : List.of(DType.F32, DType.BF16)) {
            List<Operand> operands = new ArrayList<>(inputs(dtype, 2, Placement.CONTIGUOUS, Content.special(), 1001));
            outputs(operands, dtype, 2, Placement.CONTIGUOUS, 1001);
            all.add(new OpCase(
                    AllReduce.class,
                    "MAX " + dtype + " special [1001]",
                    operands,
                    t -> new AllReduce(ReduceKind.MAX, list(t, "in", 2), list(t, "out", 2))));
        }
    }

    private static List<Operand> inputs(DType dtype, int ranks, Placement placement, Content content, long... sizes) {
        List<Operand> operands = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            operands.add(in("in" + rank, dtype, placement, content, sizes));
        }
        return operands;
    }

    private static void outputs(List<Operand> operands, DType dtype, int ranks, Placement placement, long... sizes) {
        for (int rank = 0; rank < ranks; rank++) {
            operands.add(out("out" + rank, dtype, Sizes.output(placement), sizes));
        }
    }

    static List<Tensor> list(Bindings t, String name, int ranks) {
        List<Tensor> tensors = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            tensors.add(t.get(name + rank));
        }
        return tensors;
    }

    private static void allReduce(
            List<OpCase> all,
            ReduceKind kind,
            DType dtype,
            int ranks,
            boolean inPlace,
            Placement placement,
            long... sizes) {
        List<Operand> operands = inputs(dtype, ranks, placement, Content.any(dtype), sizes);
        if (!inPlace) {
            outputs(operands, dtype, ranks, placement, sizes);
        }
        all.add(new OpCase(
                AllReduce.class,
                "%s %s %d ranks %s %s%s"
                        .formatted(kind, dtype, ranks, Sizes.text(sizes), placement, inPlace ? " in place" : ""),
                operands,
                t -> new AllReduce(kind, list(t, "in", ranks), list(t, inPlace ? "in" : "out", ranks))));
    }

    private static void reduceScatter(
            List<OpCase> all, ReduceKind kind, DType dtype, int ranks, Placement placement, long... sizes) {
        List<Operand> operands = inputs(dtype, ranks, placement, Content.any(dtype), sizes);
        long[] share = sizes.clone();
        share[0] /= ranks;
        outputs(operands, dtype, ranks, placement, share);
        all.add(new OpCase(
                ReduceScatter.class,
                "%s %s %d ranks %s %s".formatted(kind, dtype, ranks, Sizes.text(sizes), placement),
                operands,
                t -> new ReduceScatter(kind, list(t, "in", ranks), list(t, "out", ranks))));
    }

    private static void allGather(List<OpCase> all, DType dtype, int ranks, Placement placement, long... sizes) {
        List<Operand> operands = inputs(dtype, ranks, placement, Content.any(dtype), sizes);
        long[] joined = sizes.clone();
        joined[0] *= ranks;
        outputs(operands, dtype, ranks, placement, joined);
        all.add(new OpCase(
                AllGather.class,
                "%s %d ranks %s %s".formatted(dtype, ranks, Sizes.text(sizes), placement),
                operands,
                t -> new AllGather(list(t, "in", ranks), list(t, "out", ranks))));
    }
}
