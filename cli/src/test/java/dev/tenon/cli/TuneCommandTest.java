package dev.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TuneCommandTest {
    private static final String DEVICE = "opencl";

    @TempDir
    Path folder;

    private Path table;
    private String before = "";

    @BeforeEach
    void useATableOfOnesOwn() {
        before = System.getProperty("tenon.tuning", "");
        table = folder.resolve("tuning.json");
        System.setProperty("tenon.tuning", table.toString());
    }

    @AfterEach
    void useTheOtherAgain() {
        System.setProperty("tenon.tuning", before);
    }

    /** A device to tune, with its description and driver; skips without one, unless it must be there. */
    private static Map<String, Object> device() {
        List<Map<String, Object>> devices = CommandRun.of("devices", "--json").objects("devices");
        for (Map<String, Object> device : devices) {
            if (device.get("name").equals(DEVICE + ":0")) {
                return device;
            }
        }
        boolean required = Arrays.asList(System.getProperty("tenon.require", "").split(","))
                .contains(DEVICE);
        assertFalse(required, "there is no " + DEVICE + " device; -Dtenon.require says there must be");
        return Assumptions.abort("there is no " + DEVICE + " device");
    }

    private void write(Map<String, Object> device, String settings) throws IOException {
        Files.writeString(table, """
                {"devices": [{"backend": "opencl", "device": "%s", "driver": "%s", "settings": {%s}}]}
                """.formatted(
                        device.get("description"), ((Map<?, ?>) device.get("details")).get("driver"), settings));
    }

    @Test
    void aDeviceWithNothingToTuneSaysSo() {
        CommandRun run = CommandRun.of("tune", "--device", "cpu");
        assertEquals(0, run.status(), run.err());
        assertTrue(run.out().startsWith("cpu: ") && run.out().contains("nothing to tune"), run.out());
        CommandRun json = CommandRun.of("tune", "--device", "cpu", "--json");
        assertEquals(List.of(), json.objects("devices"));
    }

    @Test
    void unknownDevicesAreRefused() {
        assertEquals(1, CommandRun.of("tune", "--device", "nosuch").status());
        assertEquals(2, CommandRun.of("tune", "--seconds", "soon").status());
    }

    @Test
    void whatIsInForceIsShownWithItsSource() throws IOException {
        write(device(), "\"row-group\": 16");
        CommandRun run = CommandRun.of("tune", "--show", "--device", DEVICE, "--json");
        assertEquals(0, run.status(), run.err());
        Map<String, Object> shown = run.objects("devices").getFirst();
        assertEquals(table.toString(), shown.get("table"));
        Map<?, ?> rowGroup = setting(shown, "row-group");
        assertEquals(16, rowGroup.get("value"));
        assertEquals(table.toString(), rowGroup.get("source"));
        assertEquals("the device's limits", setting(shown, "few-rows").get("source"));
        String text = CommandRun.of("tune", "--show", "--device", DEVICE).out();
        assertTrue(text.lines().anyMatch(line -> line.matches(" +row-group +16 +\\(.*tuning\\.json\\).*")), text);
        String devices = CommandRun.of("devices").out();
        assertTrue(
                devices.lines().anyMatch(line -> line.matches(" +tuning +.*tuning\\.json \\(row-group 16\\)")),
                devices);
    }

    private static Map<?, ?> setting(Map<String, Object> shown, String name) {
        return ((List<?>) shown.get("settings"))
                .stream()
                        .map(Map.class::cast)
                        .filter(each -> name.equals(each.get("name")))
                        .findFirst()
                        .orElseThrow();
    }

    /** The CPU goes on to work, and who asks for the device is told file, device and setting. */
    @Test
    void aTableThatTheDeviceDoesNotAllowLeavesItOut() throws IOException {
        Map<String, Object> device = device();
        write(device, "\"row-group\": 48");
        CommandRun devices = CommandRun.of("devices", "--json");
        assertEquals(0, devices.status(), devices.err());
        assertEquals("cpu", devices.objects("devices").getFirst().get("name"));
        String missing = String.valueOf(devices.json().get("missing"));
        for (String part : List.of(table.toString(), device.get("description").toString(), "row-group", "48")) {
            assertTrue(missing.contains(part), missing);
        }
        CommandRun run = CommandRun.of("tune", "--show", "--device", DEVICE);
        assertEquals(1, run.status());
        assertTrue(run.err().contains("row-group"), run.err());
        Files.writeString(table, "{\"devices\": ");
        assertTrue(CommandRun.of("devices").out().contains(table.toString()));
        assertEquals(
                0, CommandRun.of("bench", "--device", "cpu", "--seconds", "0").status());
    }

    /** So little time that only the first candidates get their turn. */
    @Test
    void candidatesAreTimedOnlyWithTheSameResults() throws IOException {
        Map<String, Object> device = device();
        CommandRun run = CommandRun.of("tune", "--device", DEVICE, "--seconds", "3", "--json");
        assertEquals(0, run.status(), run.err());
        assertEquals(List.of("devices", "missing"), run.names());
        Map<String, Object> tuned = run.objects("devices").getFirst();
        assertEquals(device.get("description"), tuned.get("description"));
        int timed = 0;
        for (Object step : (List<?>) tuned.get("steps")) {
            assertFalse(((Map<?, ?>) ((Map<?, ?>) step).get("before")).isEmpty(), step.toString());
            for (Object each : (List<?>) ((Map<?, ?>) step).get("trials")) {
                Map<?, ?> trial = (Map<?, ?>) each;
                if (trial.get("problem") == null) {
                    timed++;
                    assertTrue(((Number) trial.get("ratio")).doubleValue() > 0, trial.toString());
                    assertFalse(((List<?>) trial.get("timings")).isEmpty(), trial.toString());
                } else {
                    assertEquals("the time is up", trial.get("problem"));
                    assertNull(trial.get("ratio"));
                }
            }
        }
        assertTrue(timed > 0, run.out());
        Map<?, ?> found = (Map<?, ?>) tuned.get("found");
        assertNotNull(found);
        assertEquals(!found.isEmpty(), Files.exists(table));
        assertEquals(!found.isEmpty(), tuned.get("kept"));
        // What was kept is in force.
        Map<String, Object> shown = CommandRun.of("tune", "--show", "--device", DEVICE, "--json")
                .objects("devices")
                .getFirst();
        found.forEach((name, value) ->
                assertEquals(value, setting(shown, name.toString()).get("value")));
    }

    @Test
    void aDryRunKeepsNothing() {
        device();
        CommandRun run = CommandRun.of("tune", "--device", DEVICE, "--seconds", "1", "--dry-run");
        assertEquals(0, run.status(), run.err());
        assertFalse(Files.exists(table));
    }
}
