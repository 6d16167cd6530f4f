package dev.tenon.benchmarks;

import dev.tenon.Device;
import dev.tenon.Graph;
import dev.tenon.Scope;
import dev.tenon.Tenon;
import dev.tenon.Tensor;
import dev.tenon.op.BinaryKind;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What the runtime itself costs: one-element additions, eager and replayed. The limit is latency. */
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class OverheadBenchmark {
    private static final int GRAPH_OPS = 100;

    private final Device cpu = Tenon.shared().device("cpu");
    private final Tensor one = Tensor.of(cpu, new float[] {1});
    private final Tensor sum = Tensor.of(cpu, new float[] {0});
    private final Graph graph = cpu.capture(() -> {
        for (int i = 0; i < GRAPH_OPS; i++) {
            sum.binary(BinaryKind.ADD, one, sum);
        }
    });

    /** Fails the run if the operators did not do what they should. */
    @Setup
    public void check() {
        graph.replay();
        if (sum.item() != GRAPH_OPS) {
            throw new IllegalStateException("the graph added up to " + sum.item());
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

    /** One operator of a replayed graph. */
    @Benchmark
    @OperationsPerInvocation(GRAPH_OPS)
    public void replay() {
        graph.replay();
    }

    @TearDown
    public void close() {
        graph.close();
        one.close();
        sum.close();
    }
}
