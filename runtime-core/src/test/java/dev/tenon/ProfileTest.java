package dev.tenon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.InvalidArgumentException;
import dev.tenon.op.Cost;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryKind;
import dev.tenon.profile.Clock;
import dev.tenon.profile.Profile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileTest {
    private final NullDevice backend = new NullDevice();
    private final Device device = NullDevice.device(backend);

    @Test
    void recordsEachOperatorWithItsCost() {
        Tensor a = Tensor.empty(device, DType.F32, 8, 8);
        a.exp();
        try (Profile profile = Profile.start()) {
            a.matmul(a);
            a.exp();
            assertThrows(InvalidArgumentException.class, Profile::start);
            List<Profile.Span> spans = profile.spans();
            assertEquals(
                    List.of("matmul", "unary"),
                    spans.stream().map(Profile.Span::op).toList());
            assertEquals(new Cost(1024, 768), spans.getFirst().cost());
            assertEquals(
                    "matmul(F32[8, 8], F32[8, 8]) -> F32[8, 8]",
                    spans.getFirst().operands());
            assertEquals("null", spans.getFirst().device());
            assertTrue(spans.getFirst().startNanos() <= spans.getLast().startNanos());
            assertEquals(Clock.HOST, spans.getFirst().clock());
        }
        a.exp();
        // Each operator is waited for while a profile is open, and only then.
        assertEquals(List.of("unary", "matmul", "synchronize", "unary", "synchronize", "unary"), backend.log);
    }

    @Test
    void replayedGraphsShowTheirOperators() {
        Tensor a = Tensor.empty(device, DType.F32, 4);
        Graph graph = device.capture(() -> device.execute(new Unary(UnaryKind.EXP, a, a)));
        try (Profile profile = Profile.start()) {
            graph.replay();
            assertEquals(1, profile.spans().size());
        }
        graph.replay();
        assertEquals("replay", backend.log.getLast());
        graph.close();
    }

    @Test
    void writesATrace(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("trace.json");
        Tensor a = Tensor.empty(device, DType.F32, 4);
        Thread.currentThread().setName("with \"quotes\" and \\");
        try (Profile profile = Profile.start()) {
            a.exp();
            a.exp();
            profile.writeTrace(file);
            assertThrows(
                    dev.tenon.error.InputOutputException.class,
                    () -> profile.writeTrace(folder.resolve("none/trace.json")));
        } finally {
            Thread.currentThread().setName("test");
        }
        String trace = Files.readString(file);
        assertEquals(2, trace.split("\"ph\":\"X\"", -1).length - 1, trace);
        assertEquals(1, trace.split("\"process_name\"", -1).length - 1, trace);
        assertTrue(trace.contains("with \\\"quotes\\\" and \\\\"), trace);
        assertTrue(trace.contains("\"flops\":4,\"bytes\":32"), trace);
        assertEquals(2, trace.split("\"clock\":\"HOST\"", -1).length - 1, trace);
        long open = trace.chars().filter(c -> c == '{').count();
        assertEquals(open, trace.chars().filter(c -> c == '}').count());
    }

    @Test
    void flightRecorderSeesOperators(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("ops.jfr");
        Tensor a = Tensor.empty(device, DType.F32, 16);
        try (Recording recording = new Recording()) {
            recording.enable("dev.tenon.Op").withThreshold(java.time.Duration.ZERO);
            recording.start();
            a.exp();
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(e -> e.getEventType().getName().equals("dev.tenon.Op"))
                .toList();
        assertEquals(1, events.size());
        assertEquals("unary", events.getFirst().getString("op"));
        assertEquals("null", events.getFirst().getString("device"));
        assertEquals(16.0, events.getFirst().getDouble("flops"));
        assertEquals(128.0, events.getFirst().getDouble("bytes"));
        assertEquals("unary(F32[16]) -> F32[16]", events.getFirst().getString("operands"));
    }
}
