package dev.tenon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.op.Unary;
import dev.tenon.op.UnaryKind;
import dev.tenon.profile.Clock;
import dev.tenon.profile.Profile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operators whose times come later than their calls. */
class DeviceTimesTest {
    private final LateTimes late = new LateTimes();
    private final NullDevice backend = new NullDevice(1 << 28, late);
    private final Device device = NullDevice.device(backend);
    private final Tensor a = Tensor.empty(device, DType.F32, 4);

    @TempDir
    Path folder;

    @Test
    void nothingIsMeasuredWhenNobodyRecords() {
        a.exp();
        device.synchronize();
        assertEquals(List.of(), late.given);
    }

    @Test
    void aProfileWaitsForTimesAtItsEndOnly() {
        Profile profile = Profile.start();
        a.exp();
        a.exp();
        assertEquals(List.of(0, 0), resolved());
        assertEquals(List.of("unary", "unary"), backend.log);
        late.given.getFirst().done = true;
        a.exp();
        assertEquals(List.of(1, 0, 0), resolved());
        profile.close();
        assertEquals(List.of(1, 1, 1), resolved());
        List<Profile.Span> spans = profile.spans();
        assertEquals(
                List.of(1L, 2L, 3L), spans.stream().map(Profile.Span::nanos).toList());
        assertEquals(
                List.of(1000L, 2000L, 3000L),
                spans.stream().map(Profile.Span::startNanos).toList());
        assertTrue(spans.stream().allMatch(span -> span.clock() == Clock.DEVICE));
        assertEquals(List.of(1, 1, 1), resolved());
    }

    /** Operators still running when one profile ends are not the next one's. */
    @Test
    void spansBelongToTheProfileOfTheirCall() {
        try (Profile first = Profile.start()) {
            a.exp();
            first.close();
            try (Profile second = Profile.start()) {
                a.negate();
                assertEquals(1, second.spans().size());
                assertEquals(1, first.spans().size());
            }
        }
    }

    @Test
    void replayedGraphsAreMeasuredToo() {
        try (Graph graph = device.capture(() -> {
                    device.execute(new Unary(UnaryKind.EXP, a, a));
                    device.execute(new Unary(UnaryKind.EXP, a, a));
                });
                Profile profile = Profile.start()) {
            graph.replay();
            assertEquals(
                    List.of(1L, 2L),
                    profile.spans().stream().map(Profile.Span::nanos).toList());
        }
    }

    @Test
    void tracesNameTheClock() throws Exception {
        Path file = folder.resolve("trace.json");
        try (Profile profile = Profile.start()) {
            a.exp();
            profile.writeTrace(file);
        }
        String trace = Files.readString(file);
        assertTrue(trace.contains("\"clock\":\"DEVICE\""), trace);
        assertTrue(trace.contains("device clock, called by"), trace);
    }

    /** The recording ends while one operator is done, and one is not. */
    @Test
    void flightRecorderGetsTimesBeforeARecordingEnds() throws Exception {
        Path file = folder.resolve("ops.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("dev.tenon.Op").withThreshold(Duration.ZERO);
            recording.start();
            a.exp();
            a.exp();
            late.given.getFirst().done = true;
            device.synchronize();
            assertEquals(List.of(1, 0), resolved());
            recording.stop();
            recording.dump(file);
        }
        assertEquals(List.of(1, 1), resolved());
        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(e -> e.getEventType().getName().equals("dev.tenon.Op"))
                .toList();
        assertEquals(
                List.of(Duration.ofNanos(1), Duration.ofNanos(2)),
                events.stream().map(e -> e.getDuration("deviceTime")).toList());
        for (RecordedEvent event : events) {
            assertEquals("DEVICE", event.getString("clock"));
            assertEquals(
                    Thread.currentThread().threadId(), event.getThread("caller").getJavaThreadId());
        }
    }

    private List<Integer> resolved() {
        return late.given.stream().map(timing -> timing.resolved).toList();
    }
}
