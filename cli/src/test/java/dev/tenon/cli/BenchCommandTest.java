package dev.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BenchCommandTest {
    private static final List<String> ROW =
            List.of("op", "shape", "type", "device", "threads", "median_ms", "rate", "unit", "percent_of_limit");

    @Test
    void jsonHasTheDocumentedNames() {
        // So little time that only the first cases get their turn.
        CommandRun run = CommandRun.of("bench", "--json", "--seconds", "0.5", "--device", "cpu", "--threads", 1);
        assertEquals(0, run.status(), run.err());
        assertEquals(List.of("limits", "rows", "not_run", "missing"), run.names());
        List<Map<String, Object>> rows = run.objects("rows");
        assertFalse(rows.isEmpty(), run.out());
        assertFalse(((List<?>) run.json().get("not_run")).isEmpty(), run.out());
        for (Map<String, Object> row : rows) {
            assertEquals(ROW, List.copyOf(row.keySet()));
            assertEquals("cpu", row.get("device"));
            assertEquals(1, row.get("threads"));
            assertTrue(List.of("GFLOP/s", "GB/s").contains(row.get("unit")), row.toString());
            for (String number : List.of("median_ms", "rate", "percent_of_limit")) {
                assertTrue(((Number) row.get(number)).doubleValue() > 0, row.toString());
            }
        }
        assertEquals(
                List.of("device", "flops_per_second", "read_bytes_per_second"),
                List.copyOf(run.objects("limits").getFirst().keySet()));
    }

    @Test
    void aDeviceWithoutLimitsHasNoPercentage() {
        BenchRow row = new BenchRow("matmul", "1x2x3", "F32", "cpu", 2, 0.5, 3, "GFLOP/s", Optional.empty());
        assertEquals(ROW, List.copyOf(row.document().keySet()));
        assertNull(row.document().get("percent_of_limit"));
        assertTrue(row.toString().endsWith("-"));
    }

    /** A device twice is one; several have a table of their own, and none lacks cases that the others have. */
    @Test
    void devicesAreChosenByListOrOneByOne() {
        CommandRun same =
                CommandRun.of("bench", "--json", "--seconds", "0.1", "--device", "cpu,cpu", "--device", "cpu");
        assertEquals(0, same.status(), same.err());
        assertEquals(1, same.objects("limits").size());
        CommandRun text = CommandRun.of("bench", "--seconds", "0.1", "--device", "cpu");
        assertEquals(0, text.status(), text.err());
        assertTrue(
                text.out().lines().anyMatch(line -> line.startsWith("op ") && line.endsWith("of limit")), text.out());
    }

    @Test
    void everyDeviceHasLimitsAndTheSameCases() {
        CommandRun run = CommandRun.of("bench", "--json", "--seconds", "4");
        assertEquals(0, run.status(), run.err());
        Map<Object, List<Object>> shapes = new LinkedHashMap<>();
        for (Map<String, Object> row : run.objects("rows")) {
            shapes.computeIfAbsent(row.get("device"), device -> new ArrayList<>())
                    .add(List.of(row.get("op"), row.get("shape"), row.get("type"), row.get("unit")));
        }
        assertEquals("cpu", shapes.keySet().iterator().next());
        shapes.values().forEach(each -> assertEquals(shapes.get("cpu"), each));
        assertEquals(shapes.size(), run.objects("limits").size(), "every device has a probe");
        for (Map<String, Object> limit : run.objects("limits")) {
            assertTrue(((Number) limit.get("flops_per_second")).doubleValue() > 1e9, limit.toString());
            assertTrue(((Number) limit.get("read_bytes_per_second")).doubleValue() > 1e8, limit.toString());
        }
    }

    @Test
    void whatCannotBeMeasuredIsRefused() {
        assertEquals(1, CommandRun.of("bench", "--device", "nosuch").status());
        assertEquals(2, CommandRun.of("bench", "--seconds", "soon").status());
        assertEquals(2, CommandRun.of("bench", "--threads", -1).status());
    }
}
