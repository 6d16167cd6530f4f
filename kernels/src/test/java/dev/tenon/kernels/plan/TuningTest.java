package dev.tenon.kernels.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.InvalidArgumentException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings against limits. */
class TuningTest {
    private static DeviceTraits traits(boolean cpu, long localBytes, int largestGroup) {
        return new DeviceTraits("test", cpu, true, 4, localBytes, largestGroup, List.of());
    }

    /** From the least that OpenCL 1.2 lets a device have, and less, to the largest. */
    @ParameterizedTest
    @CsvSource({
        "1, 1024",
        "1, 32768",
        "7, 16384",
        "64, 32768",
        "128, 49152",
        "256, 65536",
        "1024, 232448",
        "4096, 1048576"
    })
    void defaultsFitEveryDevice(int largestGroup, long localBytes) {
        for (boolean cpu : new boolean[] {true, false}) {
            DeviceTraits traits = traits(cpu, localBytes, largestGroup);
            assertTrue(
                    traits.tuning().refusal(localBytes, largestGroup, List.of()).isEmpty());
            assertTrue(traits.rowGroup() <= largestGroup);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ELEMENT_GROUP, 0",
        "ELEMENT_GROUP, 48",
        "ELEMENT_GROUP, 512",
        "ELEMENT_GROUP, -128",
        "ROW_GROUP, 100",
        "ROW_GROUP, 512",
        "ROW_GROUP, 8",
        "REDUCE_GROUP, 512",
        "REDUCE_GROUP, 1",
        "FEW_ROWS, 9",
        "FEW_ROWS, -1",
        "COLUMN_GROUP, 512",
        "TILE, 96",
        "TILE, 512",
        "TILE, 2",
        "TILE_DEPTH, 0",
        "TILE_DEPTH, 257",
        "TILE_ITEM, 2",
        "TILE_ITEM, 3",
        "TILE_ITEM, 128",
        "PANEL_ROWS, 17",
        "PANEL_COLUMNS, 31",
        "PANEL_MEGABYTES, 2000",
        "ATTENTION_ROWS, 256",
        "ATTENTION_KEYS, 0",
        "ATTENTION_GROUP, 512",
        "ATTENTION_GROUPS, 0",
        "ATTENTION_PART, 0",
        "REDUCE_ITEMS, 0",
        "REDUCE_PART, -5",
        "SUB_GROUP, 32",
        "VECTOR_BYTES, 32",
        "VECTOR_BYTES, 6"
    })
    void whatTheDeviceDoesNotAllowIsRefused(Setting setting, int value) {
        DeviceTraits traits = traits(false, 49152, 256);
        Tuning tuning = traits.tuning().with(Map.of(setting, value));
        assertTrue(tuning.refusal(49152, 256, List.of()).isPresent(), setting + " " + value);
        InvalidArgumentException error = assertThrows(InvalidArgumentException.class, () -> traits.with(tuning));
        assertTrue(String.valueOf(error.getMessage()).matches("(?s).*[a-z-]+: .*\\d.*"), error.getMessage());
    }

    @Test
    void localMemoryIsCounted() {
        Tuning tuning = traits(false, 49152, 256).tuning().with(Map.of(Setting.TILE_DEPTH, 64));
        Tuning.Refusal refusal = tuning.refusal(49152, 256, List.of()).orElseThrow();
        assertEquals(Setting.TILE, refusal.setting());
        assertEquals("it takes 66560 bytes of local memory; the device has 49152", refusal.reason());
    }

    /** What a compiled program has as a macro cannot be chosen any more; what its launch is given can. */
    @ParameterizedTest
    @CsvSource({
        "ROW_GROUP, 128, compiled ahead of time for 256 alone",
        "REDUCE_GROUP, 128, compiled ahead of time for 256 alone",
        "COLUMN_GROUP, 32, compiled ahead of time for 64 alone",
        "TILE, 32, compiled ahead of time for 64 alone",
        "TILE_DEPTH, 8, compiled ahead of time for 16 alone",
        "ATTENTION_GROUP, 64, compiled ahead of time for 128 alone",
        "ELEMENT_GROUP, 512, it must be at most 256"
    })
    void programsThatAreCompiledAheadRefuseOtherMacros(Setting setting, int value, String reason) {
        DeviceTraits traits = traits(false, 49152, 1024).compiledAhead();
        Tuning tuning = traits.tuning().with(Map.of(setting, value));
        assertTrue(tuning.refusal(49152, 1024, List.of()).isEmpty());
        InvalidArgumentException error = assertThrows(InvalidArgumentException.class, () -> traits.with(tuning));
        assertTrue(String.valueOf(error.getMessage()).contains(reason), error.getMessage());
        Map<Setting, Integer> others =
                Map.of(Setting.ELEMENT_GROUP, 256, Setting.ATTENTION_KEYS, 16, Setting.REDUCE_PART, 512);
        assertEquals(
                512,
                traits.with(tuning.with(others)
                                .with(Map.of(setting, traits.tuning().get(setting))))
                        .tuning()
                        .get(Setting.REDUCE_PART));
    }

    @Test
    void subGroupsAreUsedWhereAGpuHasThem() {
        assertEquals(0, traits(false, 49152, 256).tuning().get(Setting.SUB_GROUP));
        assertEquals(32, Tuning.defaults(false, 49152, 256, List.of(8, 16, 32)).get(Setting.SUB_GROUP));
        assertEquals(64, Tuning.defaults(false, 49152, 256, List.of(64)).get(Setting.SUB_GROUP));
        assertEquals(0, Tuning.defaults(true, 49152, 256, List.of(32)).get(Setting.SUB_GROUP));
        Tuning tuning = traits(false, 49152, 256).tuning().with(Map.of(Setting.SUB_GROUP, 16));
        assertEquals(
                "the device has sub-groups of [32] work items, not of 16",
                tuning.refusal(49152, 256, List.of(32)).orElseThrow().reason());
        assertTrue(tuning.refusal(49152, 256, List.of(8, 16)).isEmpty());
    }

    @Test
    void labelsFindTheirSettings() {
        for (Setting setting : Setting.values()) {
            assertEquals(setting, Setting.of(setting.label()).orElseThrow());
        }
        assertTrue(Setting.of("row_group").isEmpty());
    }

    @Test
    void otherSettingsStay() {
        Tuning tuning = Tuning.defaults(true, 1 << 20, 4096, List.of());
        Tuning changed = tuning.with(Map.of(Setting.PANEL_ROWS, 8));
        assertEquals(8, changed.get(Setting.PANEL_ROWS));
        assertEquals(6, tuning.get(Setting.PANEL_ROWS));
        assertEquals(tuning.get(Setting.PANEL_COLUMNS), changed.get(Setting.PANEL_COLUMNS));
    }
}
