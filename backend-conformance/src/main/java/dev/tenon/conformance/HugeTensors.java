package dev.tenon.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tensor;
import dev.tenon.error.OutOfDeviceMemoryException;
import dev.tenon.op.Binary;
import dev.tenon.op.BinaryKind;
import dev.tenon.op.Cast;
import dev.tenon.op.Copy;
import dev.tenon.op.Fill;
import dev.tenon.op.Reduce;
import dev.tenon.op.ReduceKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;

/** Tensors of more than 2^31 elements, checked at places on both sides of every power of two near it. */
final class HugeTensors {
    /** Just past 2^31: an index kept in an int goes negative. */
    private static final long N = (1L << 31) + 4099;

    private HugeTensors() {}

    static Stream<DynamicTest> tests(Device device) {
        return Stream.of(
                DynamicTest.dynamicTest("fill, copy and slice bytes", () -> bytes(device)),
                DynamicTest.dynamicTest("add and sum BF16", () -> numbers(device)));
    }

    private static void bytes(Device device) {
        requireMemory(device, 2 * N);
        try (Tensor a = Tensor.empty(device, DType.I8, N);
                Tensor b = Tensor.empty(device, DType.I8, N);
                Tensor out = Tensor.empty(device, DType.F32, 4000)) {
            device.execute(new Fill(7, a));
            mark(device, a);
            device.execute(new Copy(a, b));
            device.synchronize();
            for (int i = 0; i < PLACES.length; i++) {
                assertEquals(11 + i, at(device, b, PLACES[i]), "element " + PLACES[i]);
            }
            for (long place : new long[] {2, 1000, (1L << 31) - 2, (1L << 31) + 2, N - 2}) {
                assertEquals(7, at(device, b, place), "element " + place);
            }
            Tensor middle = a.slice(0, (1L << 31) - 2, (1L << 31) + 2);
            device.execute(new Fill(-5, middle));
            device.execute(new Cast(a.slice(0, N - 4001, N - 1), out));
            device.synchronize();
            assertEquals(28000, out.sum().item());
            long[] expected = {7, -5, -5, -5, -5, 7};
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], at(device, a, (1L << 31) - 3 + i));
            }
        }
    }

    /** As many twos as there are elements: an index that wraps leaves ones. */
    private static void numbers(Device device) {
        requireMemory(device, 2 * N);
        try (Tensor a = Tensor.empty(device, DType.BF16, N);
                Tensor out = Tensor.empty(device, DType.F32, 1)) {
            device.execute(new Fill(1, a));
            device.execute(new Binary(BinaryKind.ADD, a, a, a));
            device.execute(new Reduce(ReduceKind.SUM, a, List.of(0), out));
            device.synchronize();
            assertEquals(2.0 * N, out.item(), N * 1e-4);
            // As the bytes of BF16's 2.
            for (long place : PLACES) {
                assertEquals(0, at(device, a, 2 * place));
                assertEquals(0x40, at(device, a, 2 * place + 1), "element " + place);
            }
        }
    }

    private static final long[] PLACES = {0, 1, N / 2, (1L << 31) - 1, 1L << 31, (1L << 31) + 1, N - 1};

    /** Distinct values at the places that will be looked at. */
    private static void mark(Device device, Tensor tensor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocate(1);
            for (int i = 0; i < PLACES.length; i++) {
                one.set(ValueLayout.JAVA_BYTE, 0, (byte) (11 + i));
                device.backend().upload(one, tensor.buffer(), PLACES[i]);
            }
        }
    }

    /** A byte of the storage. */
    private static long at(Device device, Tensor tensor, long place) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocate(1);
            device.backend().download(tensor.buffer(), place, one);
            return one.get(ValueLayout.JAVA_BYTE, 0);
        }
    }

    private static void requireMemory(Device device, long bytes) {
        Assumptions.assumeFalse(
                System.getProperty("tenon.huge", "true").equals("false"), "left out by -Dtenon.huge=false");
        device.trim();
        long needed = bytes + (1L << 30);
        if (device.properties().host()) {
            long available = availableBytes();
            Assumptions.assumeTrue(
                    available >= needed, "needs %,d bytes of free memory, there are %,d".formatted(needed, available));
        }
        try {
            device.backend().allocate(bytes).close();
        } catch (OutOfDeviceMemoryException e) {
            Assumptions.abort(String.valueOf(e.getMessage()));
        }
        device.trim();
    }

    /** What the kernel says can be had without swapping, which is more than what is free: caches give way. */
    private static long availableBytes() {
        try (Stream<String> lines = java.nio.file.Files.lines(java.nio.file.Path.of("/proc/meminfo"))) {
            return lines.filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (java.io.IOException e) {
            // Not Linux.
            var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            return system.getFreeMemorySize();
        }
    }
}
