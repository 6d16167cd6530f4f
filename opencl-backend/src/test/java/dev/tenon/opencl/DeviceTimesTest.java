package dev.tenon.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Graph;
import dev.tenon.Scope;
import dev.tenon.Stream;
import dev.tenon.Tensor;
import dev.tenon.op.BinaryKind;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryKind;
import dev.tenon.profile.Clock;
import dev.tenon.profile.Profile;
import dev.tenon.profile.Profile.Span;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Profiles of OpenCL operators have the device's own times. */
class DeviceTimesTest {
    /** How far the two clocks' origins may be off: what the shortest of several calls takes, and a wide margin. */
    private static final long OFFSET_NANOS = 5_000_000;

    private OpenClDevice backend;
    private Device device;

    @TempDir
    Path folder;

    @BeforeEach
    void open() {
        backend = OpenDevices.first(Configuration.DEFAULT);
        device = new Device(backend, Configuration.DEFAULT);
    }

    @AfterEach
    void close() {
        if (backend != null) {
            backend.close();
            assertEquals(0, backend.handles());
        }
    }

    /** A product that takes a while, and small operators; one of several kernels and one of none. */
    private void work() {
        try (Scope scope = Scope.open()) {
            Tensor a = Tensor.full(device, DType.F32, 1, 300, 300);
            Tensor product = a.matmul(a);
            for (int i = 0; i < 20; i++) {
                product.binary(BinaryKind.ADD, a, product);
            }
            Tensor.empty(device, DType.F32, 0).exp();
            assertEquals(300 + 20, product.max().item());
        }
    }

    @Test
    void eagerOperators() {
        work();
        long begin = System.nanoTime();
        List<Span> spans;
        try (Profile profile = Profile.start()) {
            work();
            spans = profile.spans();
        }
        long end = System.nanoTime();
        check(spans, begin, end);
        Span product =
                spans.stream().filter(s -> s.op().equals("matmul")).findFirst().orElseThrow();
        Span add =
                spans.stream().filter(s -> s.op().equals("binary")).findFirst().orElseThrow();
        assertTrue(product.nanos() > add.nanos(), product + " is not longer than " + add);
    }

    @Test
    void replayedGraphs() {
        try (Scope scope = Scope.open()) {
            Tensor a = Tensor.full(device, DType.F32, 1, 500);
            try (Graph graph = device.capture(() -> {
                for (int i = 0; i < 10; i++) {
                    a.binary(BinaryKind.ADD, a, a);
                }
            })) {
                graph.replay();
                long begin = System.nanoTime();
                try (Profile profile = Profile.start()) {
                    graph.replay();
                    List<Span> spans = profile.spans();
                    check(spans, begin, System.nanoTime());
                    assertEquals(10, spans.size());
                }
                graph.replay();
                // Before, while and after a profile was taken: work goes on in order where queues change.
                assertEquals(1 << 30, a.max().item());
            }
        }
    }

    /** Positive, in order, none over the next one, within the time that the whole took, and on the device's clock. */
    private static void check(List<Span> spans, long begin, long end) {
        assertFalse(spans.isEmpty());
        long sum = 0;
        long last = begin - OFFSET_NANOS;
        for (Span span : spans) {
            assertEquals(Clock.DEVICE, span.clock());
            // One operator has nothing to do.
            assertTrue(span.nanos() > 0 || span.cost().bytes() == 0, span.toString());
            assertTrue(
                    span.startNanos() >= last, span + " starts before the one before it ends, or the profile: " + last);
            last = span.startNanos() + span.nanos();
            sum += span.nanos();
        }
        assertTrue(last <= end + OFFSET_NANOS, "ends " + (last - end) + " ns after the profile");
        assertTrue(sum <= end - begin, sum + " ns in " + (end - begin));
    }

    @Test
    void otherStreamsToo() {
        try (Stream stream = device.openStream();
                Scope scope = Scope.open();
                Profile profile = Profile.start()) {
            Tensor a = Tensor.full(device, DType.F32, 4, 100);
            device.synchronize();
            stream.run(() -> device.execute(new Unary(UnaryKind.SQRT, a, a)));
            stream.synchronize();
            device.execute(new Unary(UnaryKind.SQRT, a, a));
            assertEquals(
                    List.of("fill", "unary", "unary"),
                    profile.spans().stream().map(Span::op).toList());
            assertTrue(profile.spans().stream().allMatch(span -> span.clock() == Clock.DEVICE));
            assertEquals(Math.sqrt(2), a.max().item(), 1e-6);
        }
    }

    /** Whatever a profile measured is given back, whether anyone looks at it or not. */
    @Test
    void nothingIsLeftOfAProfile() {
        try (Profile profile = Profile.start()) {
            work();
        }
        backend.trim();
        long before = backend.handles();
        for (int i = 0; i < 20; i++) {
            try (Profile profile = Profile.start()) {
                work();
            }
            work();
        }
        backend.trim();
        assertEquals(before, backend.handles());
    }

    @Test
    void timesOutliveTheirStreamAndDevice() {
        try (Profile profile = Profile.start()) {
            try (Stream stream = device.openStream();
                    Tensor a = Tensor.full(device, DType.F32, 4, 100)) {
                device.synchronize();
                stream.run(() -> device.execute(new Unary(UnaryKind.SQRT, a, a)));
            }
            backend.close();
            List<Span> spans = profile.spans();
            assertEquals(2, spans.size());
            assertTrue(spans.stream().allMatch(span -> span.nanos() > 0));
        }
    }

    @Test
    void theTraceNamesTheClock() throws Exception {
        Path file = folder.resolve("trace.json");
        try (Profile profile = Profile.start()) {
            work();
            profile.writeTrace(file);
        }
        assertTrue(Files.readString(file).contains("\"clock\":\"DEVICE\""));
    }

    @Test
    void flightRecorderHasDeviceTimes() throws Exception {
        Path file = folder.resolve("ops.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("dev.tenon.Op").withThreshold(Duration.ZERO);
            recording.start();
            work();
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(e -> e.getEventType().getName().equals("dev.tenon.Op"))
                .toList();
        assertEquals(25, events.size(), events.toString());
        for (RecordedEvent event : events) {
            assertEquals("DEVICE", event.getString("clock"));
            boolean nothing = event.getDouble("bytes") == 0;
            assertTrue(nothing || event.getDuration("deviceTime").isPositive(), event.toString());
        }
    }
}
