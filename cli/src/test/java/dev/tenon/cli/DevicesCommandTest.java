package dev.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DevicesCommandTest {
    @Test
    void jsonHasTheDocumentedNames() {
        CommandRun run = CommandRun.of("devices", "--json");
        assertEquals(0, run.status(), run.err());
        assertEquals(List.of("devices", "missing"), run.names());
        for (Map<String, Object> device : run.objects("devices")) {
            assertEquals(
                    List.of("name", "backend", "description", "memory_bytes", "compute_units", "types", "details"),
                    List.copyOf(device.keySet()));
        }
        Map<String, Object> cpu = run.objects("devices").getFirst();
        assertEquals("cpu", cpu.get("name"));
        assertTrue(((List<?>) cpu.get("types")).containsAll(List.of("F32", "BF16", "Q4_K")));
        assertTrue(((Number) cpu.get("memory_bytes")).longValue() > 0);
    }

    @Test
    void textSaysTheSame() {
        CommandRun run = CommandRun.of("devices", "--threads", 3);
        assertEquals(0, run.status(), run.err());
        assertTrue(run.out().lines().anyMatch(line -> line.startsWith("cpu: ")), run.out());
        assertTrue(run.out().lines().anyMatch(line -> line.matches(" +threads +3")), run.out());
    }
}
