package dev.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {
    @Test
    void withoutACommandTheCommandsAreListed() {
        CommandRun run = CommandRun.of();
        assertEquals(0, run.status());
        assertEquals("", run.err());
        for (String command : Main.commandLine().getSubcommands().keySet()) {
            assertEquals(!command.equals("warm-up"), run.out().contains("  " + command + " "), command);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "devices",
                "inspect",
                "generate",
                "chat",
                "perplexity",
                "tokenize",
                "render",
                "bench",
                "tune",
                "warm-up"
            })
    void everyCommandHasHelpOnStandardOutputAndTakesJson(String command) {
        CommandRun run = CommandRun.of(command, "--help");
        assertEquals(0, run.status());
        assertEquals("", run.err());
        assertTrue(run.out().startsWith("Usage: tenon " + command), run.out());
        assertTrue(run.out().contains("--json"), run.out());
        assertFalse(run.out().contains("\u001b"), "colour is for terminals");
    }

    @Test
    void wrongUsageIsOneLineOnStandardErrorAndStatusTwo() {
        for (String[] arguments :
                new String[][] {{"nosuch"}, {"generate", "--nosuch"}, {"render"}, {"inspect", "a", "b"}}) {
            CommandRun run = CommandRun.of((Object[]) arguments);
            assertEquals(2, run.status(), run.err());
            assertEquals("", run.out());
            assertEquals(1, run.err().lines().count(), run.err());
            assertTrue(run.err().startsWith("tenon: ") && run.err().contains("--help"), run.err());
        }
    }

    @Test
    void theVersionIsTold() {
        CommandRun run = CommandRun.of("--version");
        assertEquals(0, run.status());
        assertTrue(run.out().startsWith("tenon "), run.out());
    }
}
