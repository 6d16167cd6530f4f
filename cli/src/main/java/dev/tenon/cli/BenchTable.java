package dev.tenon.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Several devices' rows side by side: a line a case, with each device's rate and its part of what that device can reach. */
final class BenchTable {
    private static final int RATE = 10;
    private static final int PERCENT = 6;
    private static final String CASE = "%-10s %-30s %-11s %-8s";

    private final List<String> devices;

    BenchTable(List<String> devices) {
        this.devices = devices;
    }

    /** Two lines: the devices' names, then what their columns are. */
    String header() {
        StringBuilder names = new StringBuilder(CASE.formatted("", "", "", ""));
        StringBuilder columns = new StringBuilder(CASE.formatted("op", "shape", "type", "unit"));
        for (String device : devices) {
            names.append(("  %" + (RATE + 1 + PERCENT) + "s").formatted(device));
            columns.append(("  %" + RATE + "s %" + PERCENT + "s").formatted("rate", "limit"));
        }
        return names + System.lineSeparator() + columns;
    }

    /**
     * A case's line.
     *
     * @param rows by device; a device that has none was not measured
     */
    String line(Map<String, BenchRow> rows) {
        BenchRow any = rows.values().iterator().next();
        StringBuilder line = new StringBuilder(CASE.formatted(any.op(), any.shape(), any.type(), any.unit()));
        for (String device : devices) {
            BenchRow row = rows.get(device);
            String rate = row == null ? "-" : String.format(Locale.ROOT, "%.1f", row.rate());
            String percent = row == null
                    ? "-"
                    : row.percentOfLimit()
                            .map(part -> String.format(Locale.ROOT, "%.0f%%", part))
                            .orElse("-");
            line.append(("  %" + RATE + "s %" + PERCENT + "s").formatted(rate, percent));
        }
        return line.toString();
    }
}
