package dev.tenon.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Graph;
import dev.tenon.Nn;
import dev.tenon.Tenon;
import dev.tenon.Tensor;
import dev.tenon.op.Activation;
import dev.tenon.op.Binary;
import dev.tenon.op.BinaryKind;
import dev.tenon.op.Cast;
import dev.tenon.op.Copy;
import dev.tenon.op.GatedActivation;
import dev.tenon.op.LayerNorm;
import dev.tenon.op.Op;
import dev.tenon.op.RandomFill.Normal;
import dev.tenon.op.Reduce;
import dev.tenon.op.ReduceKind;
import dev.tenon.op.RmsNorm;
import dev.tenon.op.Softmax;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryBackward;
import dev.tenon.op.UnaryKind;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Compiled kernels make no objects: a vector that escapes C2's inlining would be boxed, at a hundredth of the speed, and
 * shows as bytes allocated for each element.
 *
 * <p>What C2 inlines depends on its version, the CPU and what ran before, so this is a check of kernels by those who write
 * them and not of every build: run it with {@code -Dtenon.allocation=true}.
 */
@EnabledIfSystemProperty(named = "tenon.allocation", matches = "true", disabledReason = "a check of the compiler")
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int ROWS = 16;
    private static final int COLUMNS = 1000;

    @TestFactory
    List<DynamicTest> kernels() {
        List<DynamicTest> tests = new ArrayList<>();
        for (UnaryKind kind : UnaryKind.values()) {
            if (kind != UnaryKind.NOT) {
                tests.add(test("unary " + kind, (a, b, out) -> new Unary(kind, a, out)));
                tests.add(test("unaryBackward " + kind, (a, b, out) -> new UnaryBackward(kind, a, b, out)));
            }
        }
        for (BinaryKind kind : List.of(BinaryKind.ADD, BinaryKind.DIVIDE, BinaryKind.MAXIMUM, BinaryKind.POWER)) {
            tests.add(test("binary " + kind, (a, b, out) -> new Binary(kind, a, b, out)));
        }
        for (Activation activation : Activation.values()) {
            tests.add(test("gated " + activation, (a, b, out) -> new GatedActivation(activation, a, b, out)));
        }
        for (ReduceKind kind : ReduceKind.values()) {
            tests.add(test("rows " + kind, (a, b, out) -> new Reduce(kind, a, List.of(1), out.slice(1, 0, 1))));
            tests.add(test("columns " + kind, (a, b, out) -> new Reduce(kind, a, List.of(0), out.slice(0, 0, 1))));
        }
        tests.add(test("softmax", (a, b, out) -> new Softmax(false, a, out)));
        tests.add(test("log softmax", (a, b, out) -> new Softmax(true, a, out)));
        tests.add(test("rmsNorm", (a, b, out) -> new RmsNorm(a, b, null, 0, 1e-5f, out, null, null)));
        tests.add(test("layerNorm", (a, b, out) -> new LayerNorm(a, null, null, 1e-5f, out, null, null)));
        tests.add(test(
                "transposed copy",
                (a, b, out) -> new Copy(a, out.reshape(COLUMNS, ROWS).transpose())));
        for (DType type : List.of(DType.F16, DType.BF16)) {
            tests.add(test(
                    "cast to " + type, (a, b, out) -> new Cast(a, Tensor.empty(a.device(), type, ROWS, COLUMNS))));
            tests.add(test("cast from " + type, (a, b, out) -> new Cast(a.cast(type), out)));
        }
        return tests;
    }

    private interface Case {
        Op make(Tensor a, Tensor b, Tensor out);
    }

    private static DynamicTest test(String name, Case make) {
        return DynamicTest.dynamicTest(name, () -> {
            try (Tenon tenon = Tenon.open(Configuration.DEFAULT.withThreads(1))) {
                Device device = tenon.device("cpu");
                Tensor a = Nn.random(device, DType.F32, new Normal(0, 1), 1, 0, ROWS, COLUMNS);
                Tensor b = Nn.random(device, DType.F32, new Normal(0, 1), 2, 0, ROWS, COLUMNS);
                Tensor out = Tensor.empty(device, DType.F32, ROWS, COLUMNS);
                Op op = make.make(a, b, out);
                try (Graph graph = device.capture(() -> device.execute(op))) {
                    long least = Long.MAX_VALUE;
                    // Until the compiler is done; a kernel that allocates never gets there.
                    long deadline = System.nanoTime() + 30_000_000_000L;
                    while (least > 1024 && System.nanoTime() < deadline) {
                        least = Math.min(least, allocated(graph));
                    }
                    long bytes = least;
                    assertTrue(bytes <= 1024, () -> bytes + " bytes a run");
                }
            }
        });
    }

    private static long allocated(Graph graph) {
        int runs = 20;
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < runs; i++) {
            graph.replay();
        }
        return (THREADS.getCurrentThreadAllocatedBytes() - before) / runs;
    }
}
