package dev.tenon.models.fuzz;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FormatFuzzTest {
    private static final long COUNT = Long.getLong("tenon.fuzz.count", 20_000);
    private static final long SEED = Long.getLong("tenon.fuzz.seed", 20_250_916);

    @TempDir
    Path folder;

    /** The index goes through files, which are slower: a tenth of the cases. */
    @ParameterizedTest
    @EnumSource
    void damagedFilesAreReadOrRefused(FormatFuzz.Format format) {
        long count = format == FormatFuzz.Format.SHARD_INDEX ? COUNT / 10 : COUNT;
        FormatFuzz fuzz = new FormatFuzz(SEED, folder);
        // A hang would otherwise stop the build for ever: a minute, and what a case may take on a busy machine.
        Duration limit = Duration.ofSeconds(60 + count / (format == FormatFuzz.Format.SHARD_INDEX ? 50 : 1000));
        assertTimeoutPreemptively(limit, () -> {
            for (long index = 0; index < count; index++) {
                fuzz.run(format, index);
            }
        });
        String outcome = format + " seed " + SEED + ": " + fuzz.read() + " read, " + fuzz.refused() + " refused";
        System.out.println(outcome);
        assertTrue(fuzz.read() > count / 1000, outcome + ": the damage is too coarse to test much");
        assertTrue(fuzz.refused() > count / 10, outcome + ": the damage is too slight to test much");
    }
}
