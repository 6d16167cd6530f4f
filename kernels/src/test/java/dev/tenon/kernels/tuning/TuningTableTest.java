package dev.tenon.kernels.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.InputOutputException;
import dev.tenon.error.MalformedFileException;
import dev.tenon.kernels.plan.DeviceTraits;
import dev.tenon.kernels.plan.Setting;
import dev.tenon.spi.TuningStep;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TuningTableTest {
    private static final DeviceKey DEVICE = new DeviceKey("opencl", "Some \"GPU\" äöü", "535.1");
    private static final DeviceTraits LIMITS = new DeviceTraits("opencl", false, true, 8, 49152, 256, List.of());

    @TempDir
    Path folder;

    private static TuningTable parse(String json) {
        return TuningTable.parse("table.json", json.getBytes(StandardCharsets.UTF_8));
    }

    private static String entry(String settings) {
        return """
                {"devices": [{"backend": "opencl", "device": "Some \\"GPU\\" äöü", "driver": "535.1", "settings": %s}]}
                """.formatted(settings);
    }

    @Test
    void whatIsWrittenIsRead() {
        Path file = folder.resolve("new").resolve("folders").resolve("tuning.json");
        DeviceKey other = new DeviceKey("cuda", "Other", "1");
        TuningTable.read(file)
                .with(DEVICE, Map.of(Setting.TILE, 32, Setting.ROW_GROUP, 64))
                .with(other, Map.of(Setting.TILE, 16))
                .write(file);
        TuningTable table = TuningTable.read(file);
        assertEquals(Map.of(Setting.TILE, 32, Setting.ROW_GROUP, 64), table.settings(DEVICE, LIMITS));
        assertEquals(Map.of(Setting.TILE, 16), table.settings(other, LIMITS));
        // Further settings join those that are there.
        table.with(DEVICE, Map.of(Setting.TILE, 16, Setting.TILE_DEPTH, 8)).write(file);
        assertEquals(
                Map.of(Setting.TILE, 16, Setting.TILE_DEPTH, 8, Setting.ROW_GROUP, 64),
                TuningTable.read(file).settings(DEVICE, LIMITS));
        assertEquals(Map.of(Setting.TILE, 16), TuningTable.read(file).settings(other, LIMITS));
    }

    @Test
    void theFileIsForPeople() throws IOException {
        Path file = folder.resolve("tuning.json");
        TuningTable.read(file).with(DEVICE, Map.of(Setting.TILE, 32)).write(file);
        List<String> lines = Files.readAllLines(file);
        assertTrue(lines.contains("    \"device\" : \"Some \\\"GPU\\\" äöü\","), String.join("\n", lines));
        assertTrue(lines.contains("      \"tile\" : 32"), String.join("\n", lines));
    }

    @Test
    void aTableThatIsNotThereIsEmpty() {
        assertEquals(Map.of(), TuningTable.read(folder.resolve("none")).settings(DEVICE, LIMITS));
    }

    @Test
    void whatCannotBeReadOrWrittenIsAnError() throws IOException {
        assertThrows(InputOutputException.class, () -> TuningTable.read(folder));
        Path file = Files.writeString(folder.resolve("file"), "");
        TuningTable table = TuningTable.read(folder.resolve("none")).with(DEVICE, Map.of());
        assertThrows(InputOutputException.class, () -> table.write(file.resolve("below")));
    }

    @Test
    void brokenTablesNameTheField() {
        Map<String, String> fields = Map.ofEntries(
                Map.entry("", "the table"),
                Map.entry("[]", "the table"),
                Map.entry("{\"devices\": 1}", "devices"),
                Map.entry("{\"device\": []}", "device"),
                Map.entry("{\"devices\": []} 1", "the table"),
                Map.entry("{\"devices\": [", "JSON"),
                Map.entry("{\"devices\": [1]}", "devices[0]"),
                Map.entry("{\"devices\": [{\"backend\": 3}]}", "devices[0].backend"),
                Map.entry("{\"devices\": [{\"driver\": \"x\"}]}", "devices[0].settings"),
                Map.entry("{\"devices\": [{\"settings\": {}}]}", "devices[0].backend"),
                Map.entry("{\"devices\": [{\"tile\": 3}]}", "devices[0].tile"),
                Map.entry(entry("[]"), "devices[0].settings"),
                Map.entry(entry("{\"tile\": \"32\"}"), "devices[0].settings.tile"),
                Map.entry(entry("{\"tile\": 32.5}"), "devices[0].settings.tile"),
                Map.entry(entry("{\"tile\": 99999999999}"), "devices[0].settings.tile"),
                Map.entry(entry("{\"tile\": null}"), "devices[0].settings.tile"),
                Map.entry(entry("{\"tile\": 16, \"tile\": 32}"), "JSON"),
                Map.entry("{\"devices\"", "JSON"),
                Map.entry("devices", "JSON"));
        fields.forEach((json, field) -> {
            MalformedFileException error = assertThrows(MalformedFileException.class, () -> parse(json), json);
            assertEquals("table.json", error.file());
            assertEquals(field, error.field(), json);
        });
    }

    @Test
    void everyCutOfATableIsAnError() {
        String whole = entry("{\"tile\": 32}").strip();
        assertEquals(Map.of(Setting.TILE, 32), parse(whole).settings(DEVICE, LIMITS));
        for (int length = 0; length < whole.length(); length++) {
            String cut = whole.substring(0, length);
            assertThrows(MalformedFileException.class, () -> parse(cut), cut);
        }
    }

    @Test
    void twoEntriesOfOneDeviceAreAnError() {
        String one = "{\"backend\": \"a\", \"device\": \"b\", \"driver\": \"c\", \"settings\": {}}";
        MalformedFileException error =
                assertThrows(MalformedFileException.class, () -> parse("{\"devices\": [" + one + ", " + one + "]}"));
        assertEquals("devices[1]", error.field());
    }

    @Test
    void aSettingThatTheDeviceDoesNotAllowNamesFileDeviceAndSetting() {
        for (String bad : List.of("\"tile\": 512", "\"row-group\": 1024", "\"tiles\": 32", "\"few-rows\": -1")) {
            TuningTable table = parse(entry("{" + bad + "}"));
            MalformedFileException error =
                    assertThrows(MalformedFileException.class, () -> table.settings(DEVICE, LIMITS));
            String label = bad.substring(1, bad.indexOf('"', 1));
            String message = String.valueOf(error.getMessage());
            assertTrue(
                    message.startsWith("table.json: device \"Some \"GPU\" äöü\" (driver 535.1), setting " + label),
                    message);
            // Another device has nothing to do with it.
            assertEquals(Map.of(), table.settings(new DeviceKey("opencl", "Other", "535.1"), LIMITS));
        }
    }

    @Test
    void theUsersTableWins() {
        TuningTable shipped = parse(entry("{\"tile\": 32, \"row-group\": 64}"));
        TuningTable user = TuningTable.read(folder.resolve("none")).with(DEVICE, Map.of(Setting.TILE, 16));
        ChosenTuning chosen = ChosenTuning.of(DEVICE, LIMITS, List.of(shipped, user));
        assertEquals(16, chosen.traits().tuning().get(Setting.TILE));
        assertEquals(64, chosen.traits().tuning().get(Setting.ROW_GROUP));
        assertEquals(user.file(), chosen.sources().get(Setting.TILE));
        assertEquals("table.json", chosen.sources().get(Setting.ROW_GROUP));
        assertTrue(chosen.summary().contains("table.json (row-group 64)"), chosen.summary());
        assertTrue(chosen.summary().contains("none (tile 16)"), chosen.summary());
        assertTrue(chosen.tunables().stream()
                .anyMatch(each ->
                        each.name().equals("panel-rows") && each.source().equals("the device's limits")));
    }

    /** Together they may break a limit that neither breaks alone. */
    @Test
    void tablesAreCheckedTogether() {
        TuningTable shipped = parse(entry("{\"tile\": 64, \"tile-item\": 4}"));
        TuningTable user = TuningTable.read(folder.resolve("none")).with(DEVICE, Map.of(Setting.TILE_ITEM, 2));
        MalformedFileException error = assertThrows(
                MalformedFileException.class, () -> ChosenTuning.of(DEVICE, LIMITS, List.of(shipped, user)));
        assertEquals(user.file(), error.file());
    }

    @Test
    void anotherDriversSettingsAreNotUsedAndSaid() {
        TuningTable table = parse(entry("{\"tile\": 32}").replace("535.1", "470"));
        ChosenTuning chosen = ChosenTuning.of(DEVICE, LIMITS, List.of(table));
        assertEquals(64, chosen.traits().tuning().get(Setting.TILE));
        assertEquals("by the device's limits; table.json has settings for driver 470 only", chosen.summary());
    }

    @Test
    void theShippedTableIsSound() {
        DeviceKey pocl = new DeviceKey("opencl", "pthread-skylake-avx512-AMD EPYC", "3.1+debian");
        DeviceTraits limits = new DeviceTraits("opencl", true, true, 2, 1 << 20, 4096, List.of());
        assertEquals(Map.of(), TuningTable.shipped().settings(pocl, limits));
    }

    @Test
    void stepsOfferWhatTheDeviceAllows() {
        for (boolean cpu : new boolean[] {true, false}) {
            for (int group : new int[] {1, 64, 256, 4096}) {
                DeviceTraits traits = new DeviceTraits("test", cpu, true, 4, 32768, group, List.of());
                List<TuningStep> steps = TuningSteps.of(traits);
                assertTrue(cpu || group == 1 || steps.size() >= 4, steps.toString());
                for (TuningStep step : steps) {
                    for (Map<String, Integer> candidate : step.candidates()) {
                        ChosenTuning chosen = ChosenTuning.byLimits(traits);
                        PortableTuning tuning = new PortableTuning(DEVICE, chosen, tuned -> {
                            throw new IllegalStateException("opened");
                        });
                        IllegalStateException opened =
                                assertThrows(IllegalStateException.class, () -> tuning.open(candidate));
                        assertEquals("opened", opened.getMessage());
                    }
                }
            }
        }
    }
}
