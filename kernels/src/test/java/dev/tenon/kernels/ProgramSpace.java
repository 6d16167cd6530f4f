package dev.tenon.kernels;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.kernels.plan.DeviceTraits;
import dev.tenon.op.Activation;
import dev.tenon.op.AdamW;
import dev.tenon.op.AllGather;
import dev.tenon.op.AllReduce;
import dev.tenon.op.Binary;
import dev.tenon.op.BinaryKind;
import dev.tenon.op.CacheWrite;
import dev.tenon.op.Cast;
import dev.tenon.op.Concat;
import dev.tenon.op.Copy;
import dev.tenon.op.Dequantize;
import dev.tenon.op.Fill;
import dev.tenon.op.GatedActivation;
import dev.tenon.op.GatedActivationBackward;
import dev.tenon.op.Gather;
import dev.tenon.op.Quantize;
import dev.tenon.op.RandomFill;
import dev.tenon.op.ReduceKind;
import dev.tenon.op.ReduceScatter;
import dev.tenon.op.ScatterAdd;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryBackward;
import dev.tenon.op.UnaryKind;
import dev.tenon.op.Where;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * Every program that the vocabulary comes to on a CUDA device: all types that inference admits, all attributes, operands with
 * and without gaps, optional operands there and absent. What is planned is the operators themselves, so nothing here repeats
 * which macros a kernel has.
 */
final class ProgramSpace {
    /** As the CUDA backend gives them for any device: groups of 256 items, 48 KiB of shared memory, warps. */
    static final DeviceTraits CUDA =
            new DeviceTraits("cuda", false, true, 132, 48 << 10, 1024, List.of(32)).compiledAhead();

    private static final long ROWS = 3;
    /** A whole block of every quantized type. */
    private static final long LINE = 256;

    private final ProgramCollector collector;

    private ProgramSpace(ProgramCollector collector) {
        this.collector = collector;
    }

    /** By source file, the defines of its programs. */
    static SortedMap<String, SortedSet<String>> programs() {
        return collect().programs();
    }

    static ProgramCollector collect() {
        ProgramCollector collector = new ProgramCollector(CUDA);
        ProgramSpace space = new ProgramSpace(collector);
        for (boolean gaps : new boolean[] {false, true}) {
            for (DType type : DType.values()) {
                space.functions(type, gaps);
                space.moves(type, gaps);
                space.collectives(type, gaps);
                for (DType other : DType.values()) {
                    space.pairs(type, other, gaps);
                    space.indexed(type, other);
                }
            }
        }
        RowPrograms.collect(collector);
        ProductPrograms.collect(collector);
        return collector;
    }

    private Tensor of(boolean gaps, DType type) {
        return collector.of(gaps, type, ROWS, LINE);
    }

    private void functions(DType type, boolean gaps) {
        for (UnaryKind kind : UnaryKind.values()) {
            collector.plan(() -> new Unary(kind, of(gaps, type), of(gaps, type)));
            collector.plan(() -> new UnaryBackward(kind, of(gaps, type), of(gaps, type), of(gaps, type)));
        }
        for (BinaryKind kind : BinaryKind.values()) {
            DType out = kind.isComparison() ? DType.BOOL : type;
            collector.plan(() -> new Binary(kind, of(gaps, type), of(gaps, type), of(gaps, out)));
        }
        for (Activation kind : Activation.values()) {
            collector.plan(() -> new GatedActivation(kind, of(gaps, type), of(gaps, type), of(gaps, type)));
            collector.plan(() -> new GatedActivationBackward(
                    kind, of(gaps, type), of(gaps, type), of(gaps, type), of(gaps, type), of(gaps, type)));
        }
    }

    private void moves(DType type, boolean gaps) {
        collector.plan(() -> new Where(of(gaps, DType.BOOL), of(gaps, type), of(gaps, type), of(gaps, type)));
        collector.plan(() -> new Copy(of(gaps, type), of(gaps, type)));
        collector.plan(() -> new Fill(1, of(gaps, type)));
        collector.plan(
                () -> new Concat(List.of(of(gaps, type), of(gaps, type)), 0, collector.of(gaps, type, 2 * ROWS, LINE)));
        for (RandomFill.Distribution distribution :
                List.of(new RandomFill.Uniform(0, 1), new RandomFill.Normal(0, 1), new RandomFill.Bernoulli(0.5f))) {
            collector.plan(() -> new RandomFill(distribution, 1, 0, of(gaps, type)));
        }
    }

    private void collectives(DType type, boolean gaps) {
        for (ReduceKind kind : ReduceKind.values()) {
            collector.plan(() -> new AllReduce(
                    kind, List.of(of(gaps, type), of(gaps, type)), List.of(of(gaps, type), of(gaps, type))));
            collector.plan(() -> new ReduceScatter(
                    kind,
                    List.of(collector.of(gaps, type, 2 * ROWS, LINE), collector.of(gaps, type, 2 * ROWS, LINE)),
                    List.of(of(gaps, type), of(gaps, type))));
        }
        collector.plan(() -> new AllGather(
                List.of(of(gaps, type), of(gaps, type)),
                List.of(collector.of(gaps, type, 2 * ROWS, LINE), collector.of(gaps, type, 2 * ROWS, LINE))));
    }

    private void pairs(DType type, DType other, boolean gaps) {
        collector.plan(() -> new Cast(of(gaps, type), of(gaps, other)));
        collector.plan(() -> new Quantize(of(gaps, type), of(gaps, other)));
        collector.plan(() -> new Dequantize(of(gaps, type), of(gaps, other)));
        for (DType moment : List.of(DType.F32, DType.F64)) {
            collector.plan(() -> new AdamW(
                    of(gaps, type),
                    of(gaps, other),
                    of(gaps, moment),
                    of(gaps, moment),
                    collector.dense(DType.F32, 3),
                    0.9f,
                    0.99f,
                    1e-8f,
                    0.1f));
        }
    }

    private void indexed(DType type, DType other) {
        for (DType index : List.of(DType.I32, DType.I64)) {
            for (boolean gaps : new boolean[] {false, true}) {
                collector.plan(() ->
                        new Gather(of(gaps, type), collector.of(gaps, index, 2), collector.of(gaps, other, 2, LINE)));
            }
            collector.plan(
                    () -> new ScatterAdd(collector.dense(type, 2, LINE), collector.dense(index, 2), of(false, other)));
            collector.plan(() -> new CacheWrite(
                    collector.dense(type, 2, 1, LINE),
                    collector.dense(index, 2),
                    collector.dense(other, ROWS, 1, LINE)));
        }
    }
}
