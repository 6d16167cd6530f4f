package dev.tenon.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Nn;
import dev.tenon.Scope;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.conformance.reference.ReferenceDevice;
import dev.tenon.error.ClosedException;
import dev.tenon.error.OutOfDeviceMemoryException;
import dev.tenon.op.Copy;
import dev.tenon.op.RandomFill;
import dev.tenon.spi.BackendDevice;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** What a device owes to copies from and to other devices; the other one here computes in host memory. */
final class Copies {
    /** Enough that an asynchronous device has many copies under way at once. */
    private static final int MANY = 200;

    private static final long SEED = ConformanceSuite.SEED;

    private Copies() {}

    static Stream<DynamicTest> tests(Device device) {
        return Stream.of(
                dynamicTest("every type goes there and back", () -> beside(host -> types(device, host))),
                dynamicTest("views and broadcast tensors", () -> beside(host -> views(device, host))),
                dynamicTest("many copies, whose sources change at once", () -> beside(host -> many(device, host))),
                dynamicTest("a copy has its place among queued work", () -> beside(host -> order(device, host))),
                dynamicTest("a copy takes its place in a stream", () -> beside(host -> streams(device, host))),
                dynamicTest("copies that cannot be made change nothing", () -> beside(host -> errors(device, host))));
    }

    private static void beside(Consumer<Device> test) {
        try (BackendDevice backend = new ReferenceDevice(1L << 30);
                Scope scope = Scope.open()) {
            test.accept(new Device(backend, Configuration.DEFAULT));
        }
    }

    private static Tensor random(Device device, DType type, long seed, long... sizes) {
        byte[] bytes = new byte[(int) type.bytes(Shape.of(sizes).elements())];
        new Random(seed).nextBytes(bytes);
        return Tensor.ofBytes(device, type, MemorySegment.ofArray(bytes), Shape.of(sizes));
    }

    private static void types(Device device, Device host) {
        for (DType type : device.properties().types()) {
            long block = type.blockSize();
            for (long[] sizes : List.of(
                    new long[] {block}, new long[] {13, 3 * block}, new long[] {4098, block}, new long[] {0, block})) {
                Tensor source = random(host, type, SEED, sizes);
                Tensor there = source.to(device);
                String what = type + " " + Shape.of(sizes);
                assertEquals(source.spec(), there.spec(), what);
                assertArrayEquals(source.toByteArray(), there.to(host).toByteArray(), what);
                assertArrayEquals(source.toByteArray(), there.toByteArray(), what + ", read");
            }
        }
    }

    private static void views(Device device, Device host) {
        for (DType type : device.properties().types()) {
            long block = type.blockSize();
            Tensor here = random(host, type, SEED, 5, 3, 4 * block);
            Tensor there = here.to(device);
            if (device.whyUnsupported(new Copy(there, there.slice(0, 0, 5))).isPresent()) {
                continue;
            }
            same(type, here.slice(0, 1, 3), there.slice(0, 1, 3));
            same(
                    type,
                    here.slice(0, 0, 5, 2).slice(2, block, 3 * block),
                    there.slice(0, 0, 5, 2).slice(2, block, 3 * block));
            same(type, here.transpose(0, 1), there.transpose(0, 1));
            same(
                    type,
                    here.select(1, 2).unsqueeze(0).broadcastTo(2, 5, 4 * block),
                    there.select(1, 2).unsqueeze(0).broadcastTo(2, 5, 4 * block));
            Tensor row = random(host, type, SEED + 1, 4 * block);
            there.slice(1, 1, 3).set(row);
            here.slice(1, 1, 3).set(row);
            same(type, here, there);
        }
    }

    /** That views of two devices hold the same, and do so when copied either way. */
    private static void same(DType type, Tensor here, Tensor there) {
        String what = type + " " + here.layout();
        byte[] expected = here.toByteArray();
        assertArrayEquals(expected, there.to(here.device()).toByteArray(), what + " from the device");
        assertArrayEquals(expected, here.to(there.device()).toByteArray(), what + " to the device");
    }

    private static void many(Device device, Device host) {
        int size = 20_000;
        Tensor source = Tensor.zeros(host, DType.U8, size);
        List<Tensor> there = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            source.segment().fill((byte) i);
            there.add(source.to(device));
        }
        source.segment().fill((byte) 0xFF);
        source.close();
        Tensor reused = Tensor.zeros(device, DType.U8, size);
        for (int i = 0; i < MANY; i++) {
            byte[] expected = new byte[size];
            java.util.Arrays.fill(expected, (byte) i);
            Tensor back = there.get(i).to(host);
            there.get(i).set(reused);
            there.get(i).close();
            assertArrayEquals(expected, back.toByteArray(), "copy " + i);
        }
    }

    /** Long work before and after on the device: a copy that passes or is passed by either shows. */
    private static void order(Device device, Device host) {
        Tensor a = Nn.random(device, DType.F32, new RandomFill.Normal(0, 0.05f), SEED, 0, 256, 256);
        Tensor state = Tensor.full(device, DType.F32, 1, 256, 256);
        byte[] expected = product(a, state).toByteArray();
        Tensor zeros = Tensor.zeros(host, DType.F32, 256, 256);
        for (int i = 0; i < 10; i++) {
            Tensor out = product(a, state);
            Tensor back = out.to(host);
            out.set(zeros);
            Tensor after = out.copy();
            assertArrayEquals(expected, back.toByteArray());
            assertEquals(0, after.abs().sum().item());
            Tensor again = Tensor.empty(device, DType.F32, 256, 256);
            again.set(back);
            again.set(a.matmul(again).multiply(0).add(again));
            back.segment().fill((byte) 0x7F);
            assertArrayEquals(expected, again.toByteArray());
        }
    }

    private static Tensor product(Tensor a, Tensor state) {
        Tensor out = state;
        for (int i = 0; i < 4; i++) {
            out = a.matmul(out);
        }
        return out;
    }

    private static void streams(Device device, Device host) {
        try (dev.tenon.Stream stream = device.openStream()) {
            for (int i = 0; i < 20; i++) {
                Tensor source = Tensor.full(host, DType.F32, i, 50_000);
                Tensor[] made = new Tensor[2];
                stream.run(() -> {
                    Tensor there = source.to(device);
                    source.segment().fill((byte) 0x7F);
                    made[0] = there.multiply(2);
                    made[1] = made[0].to(host);
                });
                assertEquals(2.0 * i, made[1].toFloatArray()[49_999]);
                stream.synchronize();
            }
        }
    }

    private static void errors(Device device, Device host) {
        Tensor small = Tensor.full(host, DType.U8, 7, 1);
        long limit = device.memory().limit();
        long used = device.memory().used();
        OutOfDeviceMemoryException full = assertThrows(
                OutOfDeviceMemoryException.class,
                () -> small.broadcastTo(limit + 1).to(device));
        assertEquals(limit + 1, full.asked());
        assertEquals(used, device.memory().used());
        Tensor there = small.to(device);
        assertThrows(
                OutOfDeviceMemoryException.class,
                () -> there.broadcastTo((1L << 30) + 1).to(host));
        assertEquals(7, there.item());
        there.close();
        assertThrows(ClosedException.class, () -> there.to(host));
        assertThrows(ClosedException.class, () -> there.set(small));
        Tensor target = Tensor.zeros(device, DType.U8, 1);
        small.close();
        assertThrows(ClosedException.class, () -> target.set(small));
        assertThrows(ClosedException.class, () -> small.to(device));
        assertEquals(0, target.item());
    }
}
