package dev.tenon.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.Device;
import dev.tenon.conformance.reference.ReferenceDevice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

class RunReportTest {
    @TempDir
    Path folder;

    private static RunReport some() throws Throwable {
        RunReport report = new RunReport();
        run(report, "Copy", () -> {});
        run(report, "Copy", () -> {});
        assertThrows(
                AssertionError.class,
                () -> run(report, "Matmul", () -> {
                    throw new AssertionError("2 instead\n  of 3");
                }));
        assertThrows(
                TestAbortedException.class, () -> run(report, "huge", () -> Assumptions.abort("too little memory")));
        return report;
    }

    private static void run(RunReport report, String group, Executable what) throws Throwable {
        report.counted(group, DynamicTest.dynamicTest("small", what))
                .getExecutable()
                .execute();
    }

    @Test
    void theTableHasWhatPassedFailedAndWasSkipped() throws Throwable {
        RunReport report = some();
        String text = report.markdown(Map.of("device", "Model X"), true);
        assertTrue(text.startsWith("# Conformance of Model X\n\n- device: Model X\n"), text);
        assertTrue(text.contains("\n2 tests passed, 1 failed, 1 were skipped.\n"), text);
        assertTrue(text.contains("\n| Copy | 2 | 0 | 0 |\n| Matmul | 0 | 1 | 0 |\n| huge | 0 | 0 | 1 |\n"), text);
        assertTrue(text.contains("\n- too little memory: huge 1\n"), text);
        assertTrue(text.endsWith("\n- Matmul small: 2 instead of 3\n"), text);
        assertFalse(text.contains("before its time"), text);
        assertTrue(report.markdown(Map.of("device", "X"), false).contains("**The suite was ended before its time.**"));
    }

    @Test
    void itIsKeptInAFile() throws Throwable {
        Path file = folder.resolve("report.md");
        try (ReferenceDevice backend = new ReferenceDevice(1L << 30)) {
            Device device = new Device(backend, Configuration.DEFAULT);
            new KeptReport(file, some(), device, 7, "Copy").finish();
            String text = Files.readString(file);
            assertTrue(text.startsWith("# Conformance of " + device.properties().description()), text);
            assertTrue(text.contains("\n- seed: 7\n- only cases: Copy\n"), text);
            assertEquals(
                    1,
                    text.lines().filter(line -> line.startsWith("- date: 20")).count(),
                    text);
        }
    }
}
