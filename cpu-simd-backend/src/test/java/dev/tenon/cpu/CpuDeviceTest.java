package dev.tenon.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Graph;
import dev.tenon.Nn;
import dev.tenon.Scope;
import dev.tenon.Tenon;
import dev.tenon.Tensor;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.OutOfDeviceMemoryException;
import dev.tenon.op.AdamW;
import dev.tenon.op.Binary;
import dev.tenon.op.BinaryKind;
import dev.tenon.op.CacheWrite;
import dev.tenon.op.CrossEntropy;
import dev.tenon.op.Gather;
import dev.tenon.op.RandomFill.Normal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The device over time: memory, errors, threads, captured graphs. */
class CpuDeviceTest {
    private static final Path STATM = Path.of("/proc/self/statm");
    private static final long PAGE = 4096;

    /** The JVM's own compilers and collector move by some tens of megabytes. */
    private static final long FLAT = 64L << 20;

    /** The Java heap may grow once or twice beside that; what leaks grows in every round. */
    private static final int ROUNDS = 4;

    private static long residentBytes() throws IOException {
        return Long.parseLong(Files.readString(STATM).split(" ")[1]) * PAGE;
    }

    @Test
    void aMillionOperatorsLeaveResidentMemoryFlat() throws IOException {
        Assumptions.assumeTrue(Files.isReadable(STATM), "resident memory is read from /proc");
        try (Tenon tenon = Tenon.open(Configuration.DEFAULT)) {
            Device device = tenon.device("cpu");
            Tensor a = Nn.random(device, DType.F32, new Normal(0, 1), 1, 0, 64, 64);
            operators(a, 200_000);
            List<Long> growths = new ArrayList<>();
            do {
                long before = residentBytes();
                operators(a, 800_000);
                growths.add(residentBytes() - before);
            } while (growths.getLast() >= FLAT && growths.size() < ROUNDS);
            assertTrue(growths.getLast() < FLAT, () -> "grew by " + growths + " bytes");
            assertEquals(64 * 64 * 4, device.memory().used());
        }
    }

    private static void operators(Tensor a, int count) {
        for (int i = 0; i < count / 10; i++) {
            try (Scope scope = Scope.open()) {
                Tensor row = a.slice(0, i % 64, i % 64 + 1);
                Tensor b = row.add(1);
                Tensor c = b.multiply(row).exp().sum(1);
                Tensor d = c.softmax(0).cast(DType.F16);
                assertEquals(1, d.size(0));
            }
        }
    }

    @Test
    void runningOutOfMemoryIsAnErrorAfterWhichWorkGoesOn() {
        Configuration small = Configuration.DEFAULT.withMemoryLimit(16 << 20);
        try (Tenon tenon = Tenon.open(small)) {
            Device device = tenon.device("cpu");
            Tensor kept = Tensor.full(device, DType.F32, 2, 1 << 20);
            for (int i = 0; i < 3; i++) {
                assertThrows(OutOfDeviceMemoryException.class, () -> Tensor.empty(device, DType.F32, 1L << 40));
                List<Tensor> all = new ArrayList<>();
                assertThrows(OutOfDeviceMemoryException.class, () -> {
                    while (true) {
                        all.add(kept.add(1));
                    }
                });
                assertEquals(3, all.getLast().slice(0, 5, 6).item());
                all.forEach(Tensor::close);
            }
            assertEquals(3.0 * (1 << 20), kept.add(1).sum().item());
        }
    }

    @Test
    void threadsDoNotDisturbEachOther() throws Exception {
        try (Tenon tenon = Tenon.open(Configuration.DEFAULT)) {
            Device device = tenon.device("cpu");
            Tensor a = Nn.random(device, DType.F32, new Normal(0, 1), 3, 0, 257, 300);
            float[] must = work(a, 5);
            try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
                List<Future<float[]>> results = new ArrayList<>();
                for (int i = 0; i < 64; i++) {
                    results.add(pool.submit(() -> work(a, 5)));
                }
                for (Future<float[]> result : results) {
                    assertArrayEquals(must, result.get());
                }
            }
        }
    }

    @Test
    void resultsDoNotDependOnTheNumberOfThreads() {
        float[] one = withThreads(1);
        assertArrayEquals(one, withThreads(2));
        assertArrayEquals(one, withThreads(5));
    }

    private static float[] withThreads(int threads) {
        try (Tenon tenon = Tenon.open(Configuration.DEFAULT.withThreads(threads))) {
            Tensor a = Nn.random(tenon.device("cpu"), DType.F32, new Normal(0, 1), 3, 0, 700, 300);
            return work(a, 1);
        }
    }

    private static float[] work(Tensor a, int times) {
        float[] result = {};
        for (int i = 0; i < times; i++) {
            try (Scope scope = Scope.open()) {
                Tensor b = a.matmul(a.transpose()).multiply(0.05);
                Tensor c = Nn.rmsNorm(b.softmax(1).add(b.gelu()), null, 1e-5f).transpose();
                Tensor sums = Nn.concat(0, c.sum(0), c.sum(1), c.sum().unsqueeze(0), c.max(0));
                result = sums.toFloatArray();
            }
        }
        return result;
    }

    @Test
    void badIndicesChangeNothing() {
        try (Tenon tenon = Tenon.open(Configuration.DEFAULT)) {
            Device device = tenon.device("cpu");
            Tensor table = Tensor.full(device, DType.F32, 1, 4, 3);
            Tensor out = Tensor.full(device, DType.F32, 7, 2, 3);
            Tensor indices = Tensor.of(device, new int[] {0, 4});
            assertThrows(InvalidArgumentException.class, () -> device.execute(new Gather(table, indices, out)));
            assertEquals(42, out.sum().item());

            Tensor cache = Tensor.full(device, DType.F32, 7, 4, 1, 3);
            Tensor rows = Tensor.full(device, DType.F32, 1, 2, 1, 3);
            assertThrows(InvalidArgumentException.class, () -> device.execute(new CacheWrite(rows, indices, cache)));
            assertEquals(84, cache.sum().item());

            Tensor losses = Tensor.full(device, DType.F32, 7, 2);
            Tensor logits = Tensor.full(device, DType.F32, 0, 2, 3);
            assertThrows(
                    InvalidArgumentException.class,
                    () -> device.execute(new CrossEntropy(logits, indices, -100, losses, null)));
            assertEquals(14, losses.sum().item());
        }
    }

    @Test
    void aGraphSeesWhatItsInputsHoldWhenItIsReplayed() {
        try (Tenon tenon = Tenon.open(Configuration.DEFAULT)) {
            Device device = tenon.device("cpu");
            Tensor a = Tensor.full(device, DType.F32, 1, 1000);
            Tensor sum = Tensor.full(device, DType.F32, 0, 1000);
            Tensor schedule = Tensor.of(device, new float[] {0.5f, 1, 1});
            Tensor weight = Tensor.full(device, DType.F32, 0, 1000);
            Tensor first = Tensor.full(device, DType.F32, 0, 1000);
            Tensor second = Tensor.full(device, DType.F32, 0, 1000);
            try (Graph graph = device.capture(() -> {
                device.execute(new Binary(BinaryKind.ADD, sum, a, sum));
                device.execute(new AdamW(weight, a, first, second, schedule, 0.9f, 0.99f, 0, 0));
            })) {
                assertEquals(0, sum.sum().item());
                graph.replay();
                assertEquals(1000, sum.sum().item());
                // The first step of Adam goes by the rate against the gradient's sign.
                assertEquals(-0.5, weight.slice(0, 7, 8).item(), 1e-6);
                a.set(Tensor.full(device, DType.F32, 3, 1000));
                schedule.slice(0, 0, 1).set(Tensor.of(device, new float[] {0}));
                graph.replay();
                assertEquals(4000, sum.sum().item());
                assertEquals(-0.5, weight.slice(0, 7, 8).item(), 1e-6);
            }
        }
    }
}
