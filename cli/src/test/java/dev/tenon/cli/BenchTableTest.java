package dev.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BenchTableTest {
    private static BenchRow row(String device, double rate, Optional<Double> percent) {
        return new BenchRow("matmul", "1x2x3", "F32 x Q8_0", device, 2, 0.5, rate, "GB/s", percent);
    }

    @Test
    void devicesStandSideBySide() {
        BenchTable table = new BenchTable(List.of("cpu", "opencl:0"));
        List<String> header = table.header().lines().toList();
        String line = table.line(Map.of(
                "opencl:0", row("opencl:0", 12.34, Optional.of(56.7)), "cpu", row("cpu", 98.76, Optional.of(99.6))));
        assertEquals(2, header.size());
        assertTrue(line.matches("matmul +1x2x3 +F32 x Q8_0 +GB/s +98\\.8 +100% +12\\.3 +57%"), line);
        assertEquals(header.get(0).length(), line.length());
        assertEquals(header.get(1).length(), line.length());
        for (String device : List.of("cpu", "opencl:0")) {
            int end = header.get(0).indexOf(device) + device.length();
            assertEquals('%', line.charAt(end - 1), line);
        }
    }

    @Test
    void whatWasNotMeasuredIsADash() {
        BenchTable table = new BenchTable(List.of("cpu", "a", "b"));
        String line = table.line(Map.of("a", row("a", 5, Optional.empty())));
        assertTrue(line.matches("matmul .* GB/s +- +- +5\\.0 +- +- +-"), line);
    }
}
