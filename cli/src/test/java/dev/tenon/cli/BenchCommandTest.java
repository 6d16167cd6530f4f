package dev.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

    @Test
    void whatCannotBeMeasuredIsRefused() {
        assertEquals(1, CommandRun.of("bench", "--device", "nosuch").status());
        assertEquals(2, CommandRun.of("bench", "--seconds", "soon").status());
        assertEquals(2, CommandRun.of("bench", "--threads", -1).status());
    }
}
