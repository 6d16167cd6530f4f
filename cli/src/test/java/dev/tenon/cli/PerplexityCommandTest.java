package dev.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PerplexityCommandTest {
    /** The inverse of the likely token's probability, and of any other's. */
    private static final double FORESEEN = 1 + (TinyModel.VOCABULARY - 1) * Math.exp(-TinyModel.MARGIN);

    private static final double SURPRISE = FORESEEN * Math.exp(TinyModel.MARGIN);

    @TempDir
    private static Path folder;

    private static Path model;

    @BeforeAll
    static void makeModel() {
        model = TinyModel.in(folder);
    }

    private static CommandRun perplexity(String text, Object... arguments) throws Exception {
        Path file = Files.writeString(folder.resolve("text.txt"), text);
        List<Object> all = new ArrayList<>(List.of("perplexity", "-m", model, "--text", file));
        all.addAll(List.of(arguments));
        return CommandRun.of(all.toArray());
    }

    private static void assertScores(double expected, int scored, CommandRun run) {
        assertEquals(0, run.status(), run.err());
        assertEquals(expected, ((Number) run.json().get("perplexity")).doubleValue(), 1e-3 * expected);
        assertEquals(scored, run.json().get("scored"));
    }

    @Test
    void jsonHasTheDocumentedNames() throws Exception {
        CommandRun run = perplexity("abcdefghij", "--json");
        assertEquals(List.of("perplexity", "scored", "tokens", "window", "tokens_per_second", "plan"), run.names());
        assertScores(FORESEEN, 9, run);
        assertEquals(10, run.json().get("tokens"));
        assertEquals(512, run.json().get("window"));
        assertEquals("", run.err());
    }

    @Test
    void windowsDoNotSeeEachOther() throws Exception {
        // Windows abcde, fghij, kl: a window's first token is not scored, though the one before foretells it.
        assertScores(FORESEEN, 4 + 4 + 1, perplexity("abcdefghijkl", "--window", 5, "--json"));
        assertScores(FORESEEN, 6 * 1, perplexity("abcdefghijkl", "--window", 2, "--json"));
        // Of abxd only b is foreseen.
        double mixed = Math.cbrt(FORESEEN * SURPRISE * SURPRISE);
        assertScores(mixed, 3, perplexity("abxd", "--json"));
    }

    @Test
    void secondHalvesOfFullWindowsAlone() throws Exception {
        // abcd and efgh score d's and h's side of the half, that is two losses of three each; ij is not full.
        CommandRun run = perplexity("abcdefghij", "--window", 4, "--second-half", "--json");
        assertScores(FORESEEN, 2 * 1, run);
    }

    @Test
    void bytesAreLimited() throws Exception {
        assertScores(FORESEEN, 2, perplexity("abc???", "--max-bytes", 3, "--json"));
    }

    @Test
    void textOutputHasTheSameNumbers() throws Exception {
        CommandRun run = perplexity("abcdef");
        assertTrue(run.out().contains("%.4f".formatted(FORESEEN)), run.out());
        assertTrue(run.out().lines().anyMatch(line -> line.matches("scored: +5")), run.out());
    }

    @Test
    void badArgumentsAndTextsAreRefused() throws Exception {
        assertEquals(2, CommandRun.of("perplexity", "-m", model).status(), "--text is required");
        assertEquals(2, perplexity("abc", "--window", 1).status());
        assertEquals(2, perplexity("abc", "--max-bytes", 0).status());
        assertEquals(1, perplexity("").status());
        assertEquals(1, perplexity("a").status(), "one token leaves nothing to score");
        CommandRun missing = CommandRun.of("perplexity", "-m", model, "--text", folder.resolve("none"));
        assertEquals(1, missing.status());
        assertTrue(missing.err().contains("there is no such file"), missing.err());
    }
}
