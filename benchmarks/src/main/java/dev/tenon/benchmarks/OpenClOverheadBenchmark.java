package dev.tenon.benchmarks;

import dev.tenon.Device;
import dev.tenon.Graph;
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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the runtime costs beyond the driver on an OpenCL device: one-element additions, and a kernel that does nothing beside
 * them, enqueued without Tenon. The host's overhead is the difference.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class OpenClOverheadBenchmark {
    private static final int OPS = 100;

    private final Device device = Tenon.shared().device("opencl");
    private final EmptyKernel empty = new EmptyKernel();
    private final Tensor one = Tensor.of(device, new float[] {1});
    private final Tensor sum = Tensor.of(device, new float[] {0});
    private final Graph graph = device.capture(() -> {
        for (int i = 0; i < OPS; i++) {
            sum.binary(BinaryKind.ADD, one, sum);
        }
    });

    /** Fails the run if the operators did not do what they should. */
    @Setup
    public void check() {
        graph.replay();
        if (sum.item() != OPS) {
            throw new IllegalStateException("the graph added up to " + sum.item());
        }
    }

    /** One kernel that does nothing, and the wait for it. */
    @Benchmark
    public void emptyKernelAndFinish() {
        empty.enqueue();
        empty.finish();
    }

    /** One operator into an existing tensor, and the wait for it. */
    @Benchmark
    public void addAndFinish() {
        sum.binary(BinaryKind.MULTIPLY, one, sum);
        device.synchronize();
    }

    /** One of many kernels that do nothing, waited for together. */
    @Benchmark
    @OperationsPerInvocation(OPS)
    public void emptyKernel() {
        for (int i = 0; i < OPS; i++) {
            empty.enqueue();
        }
        empty.finish();
    }

    /** One of many operators into an existing tensor, waited for together. */
    @Benchmark
    @OperationsPerInvocation(OPS)
    public void addInPlace() {
        for (int i = 0; i < OPS; i++) {
            sum.binary(BinaryKind.MULTIPLY, one, sum);
        }
        device.synchronize();
    }

    /** The same with a result of its own each: inference, allocation, dispatch, release. */
    @Benchmark
    @OperationsPerInvocation(OPS)
    public void add() {
        for (int i = 0; i < OPS; i++) {
            try (dev.tenon.Scope scope = dev.tenon.Scope.open()) {
                one.add(one);
            }
        }
        device.synchronize();
    }

    /** One operator of a replayed graph. */
    @Benchmark
    @OperationsPerInvocation(OPS)
    public void replay() {
        graph.replay();
        device.synchronize();
    }

    @TearDown
    public void close() {
        graph.close();
        one.close();
        sum.close();
        empty.close();
    }
}
