package dev.tenon.benchmarks;

import dev.tenon.Device;
import dev.tenon.Tenon;
import dev.tenon.Tensor;
import dev.tenon.conformance.BoundCase;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.OpCases;
import dev.tenon.op.Op;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The conformance suite's benchmark cases, each timed from the call to the end of its work. {@link OpBenchmarks} runs
 * them all.
 */
@SuppressWarnings("NullAway.Init") // JMH sets the fields up.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class OpBenchmark {
    /** A device's name. */
    @Param("cpu")
    String device = "";

    /** A case's name, as {@link OpCases#benchmarks} lists it. */
    @Param("")
    String name = "";

    private Device target;
    private BoundCase bound;
    private Op op;

    /** The rates beside the time. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Rates {
        /** Floating-point operations, which JMH divides by the time. */
        public double flops;

        /** Bytes of all operands, each counted once. */
        public double bytes;
    }

    /** Binds the case, and fails if its result is not finite: outputs hold NaN at first. */
    @Setup
    public void bind() {
        target = Tenon.shared().device(device);
        OpCase source = OpCases.benchmarks().stream()
                .filter(c -> c.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no benchmark case '" + name + "'"));
        bound = source.bind(target, 1);
        op = bound.op();
        target.execute(op);
        for (Tensor out : op.outputs()) {
            try (dev.tenon.Scope scope = dev.tenon.Scope.open()) {
                if (!Double.isFinite(out.cast(dev.tenon.DType.F32).sum().item())) {
                    throw new IllegalStateException(name + " gave a result that is not finite");
                }
            }
        }
    }

    /** One run of the operator. */
    @Benchmark
    public void run(Rates rates) {
        target.execute(op);
        target.synchronize();
        rates.flops += bound.cost().flops();
        rates.bytes += bound.cost().bytes();
    }

    @TearDown
    public void release() {
        bound.close();
    }
}
