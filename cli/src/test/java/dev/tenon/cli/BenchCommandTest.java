package dev.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Tenon;
import dev.tenon.Tensor;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;
import dev.tenon.spi.DeviceLimits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
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

    /** 2 * 64^3 operations in a microsecond are 524 GFLOP/s. */
    @Test
    void aProductOnMatrixUnitsStandsBesideTheirPeak() {
        DeviceLimits limits =
                new DeviceLimits(1e9, 1e15, OptionalDouble.empty(), Map.of(DType.BF16, 2e12, DType.Q8_0, 4e12));
        try (Tenon tenon = Tenon.open(Configuration.DEFAULT);
                Scope scope = Scope.open()) {
            Device cpu = tenon.device("cpu");
            for (DType type : List.of(DType.BF16, DType.F32, DType.Q8_0)) {
                Tensor a = Tensor.empty(cpu, type.isQuantized() ? DType.BF16 : type, 64, 64);
                Tensor b = Tensor.empty(cpu, type, 64, 64).transpose();
                Op op = new Matmul(a, b, Epilogue.NONE, Tensor.empty(cpu, DType.F32, 64, 64));
                BenchRow row = BenchRow.of(op, "x", 1, 1000, Optional.of(limits), false);
                assertEquals(
                        100 * 524.288e9 / limits.flops(type),
                        row.percentOfLimit().orElseThrow(),
                        1e-6);
            }
        }
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
