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
import dev.tenon.op.AttentionParameters;
import dev.tenon.op.CacheWrite;
import dev.tenon.op.Gather;
import dev.tenon.op.Op;
import dev.tenon.op.RandomFill;
import dev.tenon.op.ScatterAdd;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryKind;
import dev.tenon.spi.MemoryUse;
import dev.tenon.spi.StreamEvent;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicNode;

/** What a device owes beyond the right result of each operator: memory, streams, graphs, errors, threads. */
final class Contract {
    private Contract() {}

    static java.util.stream.Stream<DynamicNode> tests(Device device) {
        return java.util.stream.Stream.of(
                dynamicTest("results do not change as code warms up", () -> warmUp(device)),
                dynamicTest("graphs read their inputs anew", () -> graphs(device)),
                dynamicTest("a graph of many operators", () -> chain(device)),
                dynamicTest("streams wait for each other", () -> streams(device)),
                dynamicTest("an index outside is an error", () -> indices(device)),
                dynamicTest("out of memory is an error after which work goes on", () -> outOfMemory(device)),
                dynamicTest("memory comes back", () -> memory(device)),
                dynamicTest("threads do not disturb each other", () -> threads(device)));
    }

    private static Tensor normal(Device device, long seed, long... sizes) {
        return Nn.random(device, DType.F32, new RandomFill.Normal(0, 1), seed, 0, sizes);
    }

    /**
     * The same operator hundreds of times, from interpreted to compiled code where there is such a thing: an order of
     * summation that the machine picks shows here.
     */
    private static void warmUp(Device device) {
        List<DType> weights = List.of(
                DType.F32,
                DType.BF16,
                DType.Q8_0,
                DType.Q4_0,
                DType.Q4_1,
                DType.Q5_0,
                DType.Q5_1,
                DType.Q4_K,
                DType.Q5_K,
                DType.Q6_K);
        try (Scope scope = Scope.open()) {
            Tensor row = normal(device, 1, 1, 512);
            for (DType type : weights) {
                Tensor weight = normal(device, 2, 33, 512).cast(type);
                repeats(type + " product", () -> Nn.linear(row, weight));
            }
            Tensor rows = normal(device, 3, 20, 333);
            repeats("product", () -> rows.matmul(rows.transpose()));
            repeats("sum of rows", () -> rows.sum(1));
            repeats("sum of columns", () -> rows.sum(0));
            repeats("softmax", () -> rows.softmax(1));
            repeats("logSoftmax", () -> rows.logSoftmax(1));
            repeats("rmsNorm", () -> Nn.rmsNorm(rows, null, 1e-5f));
            repeats("layerNorm", () -> Nn.layerNorm(rows, null, null, 1e-5f));
            repeats("gelu", rows::gelu);
            Tensor query = normal(device, 4, 1, 2, 3, 64);
            Tensor key = normal(device, 5, 1, 1, 50, 64);
            repeats("attention", () -> Nn.attention(query, key, key, AttentionParameters.causal(64)));
        }
    }

    private static void repeats(String what, Supplier<Tensor> work) {
        byte[] first = new byte[0];
        for (int i = 0; i < 250; i++) {
            try (Scope scope = Scope.open()) {
                byte[] bits = work.get().toByteArray();
                first = i == 0 ? bits : first;
                assertArrayEquals(first, bits, what + ", run " + i);
            }
        }
    }

    private static void graphs(Device device) {
        try (Scope scope = Scope.open()) {
            Tensor in = Tensor.of(device, new float[] {1, 4, 9});
            Tensor out = Tensor.zeros(device, DType.F32, 3);
            try (Graph graph = device.capture(() -> device.execute(new Unary(UnaryKind.SQRT, in, out)))) {
                graph.replay();
                assertArrayEquals(new float[] {1, 2, 3}, out.toFloatArray());
                in.set(Tensor.of(device, new float[] {16, 25, 36}));
                graph.replay();
                assertArrayEquals(new float[] {4, 5, 6}, out.toFloatArray());
            }
        }
    }

    /** A small network: captured and replayed it gives the bits of the eager run, with memory made inside the capture. */
    private static void chain(Device device) {
        try (Scope scope = Scope.open()) {
            Tensor x = normal(device, 1, 5, 64);
            Tensor up = normal(device, 2, 96, 64);
            Tensor down = normal(device, 3, 64, 96);
            byte[] eager = network(x, up, down).toByteArray();
            Tensor[] result = new Tensor[1];
            try (Graph graph = device.capture(() -> result[0] = network(x, up, down))) {
                assertTrue(graph.ops().size() > 10, "captured " + graph.ops().size());
                for (int i = 0; i < 3; i++) {
                    graph.replay();
                    assertArrayEquals(eager, result[0].toByteArray(), "replay " + i);
                }
            }
        }
    }

    private static Tensor network(Tensor x, Tensor up, Tensor down) {
        Tensor state = x;
        for (int layer = 0; layer < 4; layer++) {
            Tensor hidden = Nn.linear(Nn.rmsNorm(state, null, 1e-5f), up).silu();
            state = state.add(Nn.linear(hidden, down).multiply(0.01));
        }
        return state.softmax(-1);
    }

    private static void streams(Device device) {
        try (Scope scope = Scope.open();
                Stream one = device.openStream();
                Stream other = device.openStream()) {
            Tensor a = Tensor.full(device, DType.F32, 4, 100_000);
            device.synchronize();
            Tensor b = Tensor.empty(device, DType.F32, 100_000);
            Tensor c = Tensor.empty(device, DType.F32, 100_000);
            one.run(() -> device.execute(new Unary(UnaryKind.SQRT, a, b)));
            StreamEvent made = one.record();
            other.waitFor(made);
            other.run(() -> device.execute(new Unary(UnaryKind.SQUARE, b, c)));
            other.synchronize();
            assertTrue(made.isDone());
            one.synchronize();
            assertEquals(400_000, c.sum().item());
        }
    }

    /** On a device that cannot raise an error the row is marked instead: only host devices are asked for one. */
    private static void indices(Device device) {
        if (!device.properties().host()) {
            return;
        }
        try (Scope scope = Scope.open()) {
            Tensor table = normal(device, 1, 4, 8);
            Tensor rows = normal(device, 2, 3, 8);
            byte[] before = table.toByteArray();
            for (int wrong : new int[] {4, -2, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                Tensor indices = Tensor.of(device, new int[] {0, wrong, 1});
                fails(device, new Gather(table, indices, rows));
                fails(device, new ScatterAdd(rows, indices, table));
                table.set(Tensor.ofBytes(
                        device, DType.F32, java.lang.foreign.MemorySegment.ofArray(before), table.shape()));
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
        assertThrows(
                TenonException.class,
                () -> {
                    device.execute(op);
                    device.synchronize();
                },
                op.name());
    }

    private static void outOfMemory(Device device) {
        MemoryUse before = device.memory();
        OutOfDeviceMemoryException error = assertThrows(
                OutOfDeviceMemoryException.class, () -> Tensor.empty(device, DType.U8, before.limit() + 1));
        assertEquals(before.limit() + 1, error.asked());
        assertThrows(OutOfDeviceMemoryException.class, () -> Tensor.empty(device, DType.U8, Long.MAX_VALUE / 2));
        assertEquals(before.used(), device.memory().used());
        try (Scope scope = Scope.open()) {
            assertEquals(1000, Tensor.full(device, DType.F32, 1, 1000).sum().item());
        }
    }

    private static void memory(Device device) {
        device.synchronize();
        long before = device.memory().used();
        for (int i = 0; i < 2000; i++) {
            try (Scope scope = Scope.open()) {
                normal(device, i, 100).exp().sum();
            }
        }
        device.synchronize();
        assertEquals(before, device.memory().used());
        MemoryUse use = device.memory();
        assertTrue(use.used() + use.cached() <= use.limit(), use.toString());
    }

    /** Four threads run the same work at once; each gets the bits of a run alone. */
    private static void threads(Device device) throws Exception {
        byte[] alone = work(device, 0);
        try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
            List<Callable<byte[]>> tasks = IntStream.range(0, 32)
                    .mapToObj(i -> (Callable<byte[]>) () -> work(device, 0))
                    .toList();
            for (Future<byte[]> future : pool.invokeAll(tasks)) {
                try {
                    assertArrayEquals(alone, future.get());
                } catch (ExecutionException e) {
                    throw new AssertionError("work of one thread fails beside another's: " + e.getCause(), e);
                }
            }
        }
    }

    private static byte[] work(Device device, long seed) {
        try (Scope scope = Scope.open()) {
            Tensor a = normal(device, seed, 150, 200);
            Tensor b = normal(device, seed + 1, 200, 130);
            Tensor product = a.matmul(b).gelu();
            return product.softmax(-1).add(product.sum(0)).toByteArray();
        }
    }
}
