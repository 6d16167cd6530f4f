package dev.tenon.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Graph;
import dev.tenon.Nn;
import dev.tenon.Scope;
import dev.tenon.Stream;
import dev.tenon.Tensor;
import dev.tenon.error.OutOfDeviceMemoryException;
import dev.tenon.error.TenonException;
import dev.tenon.op.BinaryKind;
import dev.tenon.op.CacheWrite;
import dev.tenon.op.Gather;
import dev.tenon.op.Op;
import dev.tenon.op.ScatterAdd;
import dev.tenon.spi.MemoryUse;
import dev.tenon.spi.StreamEvent;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;

/**
 * What a device owes beyond the right result of each operator: memory, streams, graphs, errors, threads. Most of it is asked
 * with {@code Fill}, {@code Binary} and {@code Matmul} on F32 alone, so that a device with few operators owes it too.
 */
final class Contract {
    private static final int MANY = 100_000;

    private Contract() {}

    static java.util.stream.Stream<DynamicTest> tests(Device device) {
        return java.util.stream.Stream.concat(
                WarmUp.tests(device),
                java.util.stream.Stream.of(
                        dynamicTest("graphs read their inputs anew", () -> graphs(device)),
                        dynamicTest("a graph of products and sums", () -> chain(device, Contract::sums)),
                        dynamicTest("a graph of many operators", () -> chain(device, Contract::network)),
                        dynamicTest("streams wait for each other", () -> streams(device)),
                        dynamicTest("memory waits for work queued on it", () -> queuedWork(device)),
                        dynamicTest("an index outside is an error", () -> indices(device)),
                        dynamicTest("out of memory is an error after which work goes on", () -> outOfMemory(device)),
                        dynamicTest("memory comes back", () -> memory(device)),
                        dynamicTest("threads do not disturb each other", () -> threads(device, Contract::product)),
                        dynamicTest(
                                "threads do not disturb each other's reductions",
                                () -> threads(device, Contract::reductions))));
    }

    /** F32 values from the host, so that no operator is needed to make them. */
    static Tensor normal(Device device, long seed, long... sizes) {
        Random random = new Random(seed);
        float[] values = new float[Math.toIntExact(Arrays.stream(sizes).reduce(1, Math::multiplyExact))];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(device, values, sizes);
    }

    private static void graphs(Device device) {
        try (Scope scope = Scope.open()) {
            Tensor in = Tensor.of(device, new float[] {1, 2, 3});
            Tensor one = Tensor.of(device, new float[] {1, 1, 1});
            Tensor out = Tensor.of(device, new float[] {0, 0, 0});
            try (Graph graph = device.capture(() -> in.binary(BinaryKind.MULTIPLY, in, out))) {
                graph.replay();
                assertArrayEquals(new float[] {1, 4, 9}, out.toFloatArray());
                in.binary(BinaryKind.ADD, one, in);
                graph.replay();
                assertArrayEquals(new float[] {4, 9, 16}, out.toFloatArray());
            }
        }
    }

    /** Captured and replayed a chain gives the bits of the eager run, with memory made inside the capture. */
    private static void chain(Device device, UnaryOperator<Tensor> work) {
        try (Scope scope = Scope.open()) {
            Tensor x = normal(device, 1, 5, 64);
            byte[] eager = work.apply(x).toByteArray();
            Tensor[] result = new Tensor[1];
            try (Graph graph = device.capture(() -> result[0] = work.apply(x))) {
                assertTrue(graph.ops().size() > 10, "captured " + graph.ops().size());
                for (int i = 0; i < 3; i++) {
                    graph.replay();
                    assertArrayEquals(eager, result[0].toByteArray(), "replay " + i);
                }
            }
        }
    }

    private static Tensor sums(Tensor x) {
        Tensor weight = normal(x.device(), 2, 64, 64);
        Tensor state = x;
        for (int layer = 0; layer < 4; layer++) {
            state = state.add(Nn.linear(state, weight).multiply(0.01));
        }
        return state;
    }

    private static Tensor network(Tensor x) {
        Tensor up = normal(x.device(), 2, 96, 64);
        Tensor down = normal(x.device(), 3, 64, 96);
        Tensor state = x;
        for (int layer = 0; layer < 4; layer++) {
            Tensor hidden = Nn.linear(Nn.rmsNorm(state, null, 1e-5f), up).silu();
            state = state.add(Nn.linear(hidden, down).multiply(0.01));
        }
        return state.softmax(-1);
    }

    /** The first stream is given enough work that the other, if it did not wait, would read what is not there yet. */
    private static void streams(Device device) {
        try (Scope scope = Scope.open();
                Stream one = device.openStream();
                Stream other = device.openStream()) {
            Tensor four = Tensor.full(device, DType.F32, 4, MANY);
            Tensor sum = Tensor.full(device, DType.F32, 0, MANY);
            Tensor twice = Tensor.empty(device, DType.F32, MANY);
            device.synchronize();
            one.run(() -> {
                for (int i = 0; i < 50; i++) {
                    sum.binary(BinaryKind.ADD, four, sum);
                }
            });
            StreamEvent made = one.record();
            other.waitFor(made);
            other.run(() -> sum.binary(BinaryKind.ADD, sum, twice));
            other.synchronize();
            assertTrue(made.isDone());
            one.synchronize();
            assertEach(400, twice);
        }
    }

    /** A tensor is closed while another stream has yet to read it; the next is likely to be given its memory. */
    private static void queuedWork(Device device) {
        try (Scope scope = Scope.open();
                Stream other = device.openStream()) {
            Tensor sum = Tensor.full(device, DType.F32, 0, MANY);
            device.synchronize();
            int expected = 0;
            float[] values = new float[MANY];
            for (int i = 1; i <= 50; i++) {
                Arrays.fill(values, i);
                expected += i;
                try (Tensor once = Tensor.of(device, values)) {
                    other.run(() -> sum.binary(BinaryKind.ADD, once, sum));
                }
            }
            other.synchronize();
            assertEach(expected, sum);
        }
    }

    private static void assertEach(float expected, Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.shape().elements())];
        Arrays.fill(values, expected);
        assertArrayEquals(values, tensor.toFloatArray());
    }

    /** On a device that cannot raise an error the row is marked instead: only host devices are asked for one. */
    private static void indices(Device device) {
        Assumptions.assumeTrue(
                device.properties().host(),
                "an index outside cannot be raised as an error by a device that is not the host");
        try (Scope scope = Scope.open()) {
            Tensor table = normal(device, 1, 4, 8);
            Tensor rows = normal(device, 2, 3, 8);
            byte[] before = table.toByteArray();
            for (int wrong : new int[] {4, -2, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                Tensor indices = Tensor.of(device, new int[] {0, wrong, 1});
                fails(device, new Gather(table, indices, rows));
                fails(device, new ScatterAdd(rows, indices, table));
                table.set(Tensor.ofBytes(device, DType.F32, MemorySegment.ofArray(before), table.shape()));
            }
            Tensor slots = Tensor.of(device, new long[] {0, 1L << 40, 1});
            fails(device, new CacheWrite(rows.reshape(3, 1, 8), slots, table.reshape(4, 1, 8)));
            device.execute(new Gather(table, Tensor.of(device, new int[] {3, 0, 1}), rows));
            device.synchronize();
            assertArrayEquals(
                    table.slice(0, 3, 4).toFloatArray(), rows.slice(0, 0, 1).toFloatArray(), "the device works on");
        }
    }

    private static void fails(Device device, Op op) {
        // An operator that the device lacks would fail, too.
        assertEquals(Optional.empty(), device.whyUnsupported(op));
        assertThrows(
                TenonException.class,
                () -> {
                    device.execute(op);
                    device.synchronize();
                },
                op.name());
    }

    private static void outOfMemory(Device device) {
        device.synchronize();
        MemoryUse before = device.memory();
        OutOfDeviceMemoryException error = assertThrows(
                OutOfDeviceMemoryException.class, () -> Tensor.empty(device, DType.U8, before.limit() + 1));
        assertEquals(before.limit() + 1, error.asked());
        assertThrows(OutOfDeviceMemoryException.class, () -> Tensor.empty(device, DType.U8, Long.MAX_VALUE / 2));
        assertEquals(before.used(), device.memory().used());
        try (Scope scope = Scope.open()) {
            Tensor ones = Tensor.full(device, DType.F32, 1, 1000);
            assertEach(2, ones.add(ones));
        }
    }

    private static void memory(Device device) {
        device.synchronize();
        long before = device.memory().used();
        for (int i = 0; i < 2000; i++) {
            try (Scope scope = Scope.open()) {
                Tensor some = Tensor.full(device, DType.F32, i, 100);
                some.multiply(some).add(some);
            }
        }
        device.synchronize();
        assertEquals(before, device.memory().used());
        MemoryUse use = device.memory();
        assertTrue(use.used() + use.cached() <= use.limit(), use.toString());
    }

    /** Four threads run the same work at once; each gets the bits of a run alone. */
    private static void threads(Device device, UnaryOperator<Tensor> work) throws Exception {
        Callable<byte[]> task = () -> {
            try (Scope scope = Scope.open()) {
                return work.apply(normal(device, 1, 150, 200)).toByteArray();
            }
        };
        byte[] alone = task.call();
        try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
            List<Callable<byte[]>> tasks =
                    IntStream.range(0, 32).mapToObj(i -> task).toList();
            for (Future<byte[]> future : pool.invokeAll(tasks)) {
                try {
                    assertArrayEquals(alone, future.get());
                } catch (ExecutionException e) {
                    throw new AssertionError("work of one thread fails beside another's: " + e.getCause(), e);
                }
            }
        }
    }

    private static Tensor product(Tensor a) {
        Tensor product = a.matmul(normal(a.device(), 2, 200, 130));
        return product.multiply(product).add(product);
    }

    private static Tensor reductions(Tensor a) {
        Tensor product = a.matmul(normal(a.device(), 2, 200, 130)).gelu();
        return product.softmax(-1).add(product.sum(0));
    }
}
