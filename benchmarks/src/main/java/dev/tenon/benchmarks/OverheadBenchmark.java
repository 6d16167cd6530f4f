package dev.tenon.benchmarks;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Graph;
import dev.tenon.Scope;
import dev.tenon.Tenon;
import dev.tenon.Tensor;
import dev.tenon.op.BinaryKind;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the runtime itself costs: operators so small that the limit is latency, eager and replayed. With {@code -p device=cuda:0} they
 * run there, one queued after the other; with {@code -prof gc} the bytes that an operator allocates on the heap are shown too.
 *
 * <p>{@code -jvmArgsAppend -Dtenon.benchmarks.unchecked=true} leaves out the check of the results, for a device whose kernels do nothing
 * ({@code cuda-backend/overhead}).
 */
@SuppressWarnings("NullAway.Init") // JMH sets the fields up.
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class OverheadBenchmark {
    private static final int GRAPH_OPS = 100;
    private static final int SIDE = 64;

    /** A device's name. */
    @Param("cpu")
    String device = "";

    private Device target;
    private Tensor one;
    private Tensor sum;
    private Graph graph;
    private Matmul product;

    /** Fails the run if the operators did not do what they should. */
    @Setup
    public void open() {
        target = Tenon.shared().device(device);
        one = Tensor.of(target, new float[] {1});
        sum = Tensor.of(target, new float[] {0});
        graph = target.capture(() -> {
            for (int i = 0; i < GRAPH_OPS; i++) {
                sum.binary(BinaryKind.ADD, one, sum);
            }
        });
        Tensor ones = Tensor.full(target, DType.BF16, 1, SIDE, SIDE);
        product = new Matmul(ones, ones.transpose(), Epilogue.NONE, Tensor.zeros(target, DType.BF16, SIDE, SIDE));
        if (!Boolean.getBoolean("tenon.benchmarks.unchecked")) {
            graph.replay();
            check("the graph added up to", sum.item(), GRAPH_OPS);
            target.execute(product);
            try (Scope scope = Scope.open()) {
                check(
                        "the product has",
                        product.out()
                                .slice(0, 0, 1)
                                .slice(1, 0, 1)
                                .cast(DType.F32)
                                .item(),
                        SIDE);
            }
        }
    }

    private static void check(String what, double found, double expected) {
        if (found != expected) {
            throw new IllegalStateException(what + " " + found);
        }
    }

    /** {@code a.add(b)}: inference, allocation, dispatch, release. */
    @Benchmark
    public Tensor add() {
        try (Scope scope = Scope.open()) {
            return one.add(one);
        }
    }

    /** The same into an existing tensor. */
    @Benchmark
    public Tensor addInPlace() {
        return sum.binary(BinaryKind.MULTIPLY, one, sum);
    }

    /** A BF16 product of 64 by 64 by 64 into an existing tensor: matrix units where a device has them. */
    @Benchmark
    public void matmul() {
        target.execute(product);
    }

    /** One operator of a replayed graph. */
    @Benchmark
    @OperationsPerInvocation(GRAPH_OPS)
    public void replay() {
        graph.replay();
    }

    /** What is queued at the end of an iteration is no part of the next. */
    @TearDown(Level.Iteration)
    public void synchronize() {
        target.synchronize();
    }

    @TearDown
    public void close() {
        graph.close();
        one.close();
        sum.close();
        product.a().close();
        product.out().close();
    }
}
