package dev.tenon.conformance;

import dev.tenon.Device;
import dev.tenon.error.InputOutputException;
import dev.tenon.spi.DeviceProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A run's report in a file that can be kept. It is written at the end, and also where the process is told to end before that, so
 * that a run with a time limit leaves what it found out.
 */
final class KeptReport {
    private final Path file;
    private final RunReport report;
    private final Map<String, String> facts;
    private final Thread early = new Thread(() -> write(false));
    private boolean written;

    /** Begins with what is known before the run; the device may be lost later. */
    KeptReport(Path file, RunReport report, Device device, long seed, String cases) {
        this.file = file;
        this.report = report;
        this.facts = facts(device.properties(), seed, cases);
        Runtime.getRuntime().addShutdownHook(early);
    }

    private static Map<String, String> facts(DeviceProperties properties, long seed, String cases) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("device", properties.description());
        facts.put("backend", properties.backend());
        facts.putAll(properties.details());
        facts.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        facts.put("Java", Runtime.version().toString());
        facts.put("seed", Long.toString(seed));
        if (!cases.isEmpty()) {
            facts.put("only cases", cases);
        }
        return facts;
    }

    /**
     * Writes it, the suite having come to its end.
     *
     * @throws InputOutputException if it cannot be written
     */
    void finish() {
        write(true);
        Runtime.getRuntime().removeShutdownHook(early);
    }

    private synchronized void write(boolean ended) {
        if (written) {
            return;
        }
        written = true;
        try {
            Files.writeString(file, report.markdown(facts, ended));
        } catch (IOException e) {
            throw new InputOutputException(file.toString(), "writing the report", e);
        }
    }
}
