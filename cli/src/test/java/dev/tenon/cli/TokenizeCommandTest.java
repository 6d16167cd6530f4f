package dev.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizeCommandTest {
    @TempDir
    private static Path folder;

    private static Path model;

    @BeforeAll
    static void makeModel() {
        model = TinyModel.in(folder);
    }

    @Test
    void textBecomesIdsAndTextAgain() {
        CommandRun ids = CommandRun.of("tokenize", "-m", model, "né!");
        assertEquals(new CommandRun(0, "110 195 169 33" + System.lineSeparator(), ""), ids);
        assertEquals(
                "né!",
                CommandRun.of("tokenize", "-m", model, "--decode", ids.text()).text());
        assertEquals(
                "né!",
                CommandRun.of("tokenize", "-m", model, "--decode", "[110,195, 169\n33]")
                        .text());
    }

    @Test
    void filesAndStandardInputWorkBothWays() throws Exception {
        Path text = Files.writeString(folder.resolve("text"), "ab");
        Path ids = Files.writeString(folder.resolve("ids"), "97 98\n");
        assertEquals(
                "97 98", CommandRun.of("tokenize", "-m", model, "--file", text).text());
        assertEquals("97 98", CommandRun.with("ab", "tokenize", "-m", model).text());
        assertEquals(
                "ab",
                CommandRun.of("tokenize", "-m", model, "--decode", "-f", ids).text());
        assertEquals(
                "ab",
                CommandRun.with("97,98", "tokenize", "-m", model, "--decode").text());
    }

    @Test
    void jsonHasTheDocumentedNames() {
        CommandRun run = CommandRun.of("tokenize", "-m", model, "--json", "a b");
        assertEquals(List.of("ids", "tokens", "text"), run.names());
        assertEquals(List.of(97, 32, 98), run.json().get("ids"));
        assertEquals(List.of("a", "Ġ", "b"), run.json().get("tokens"));
        assertEquals("a b", run.json().get("text"));
        CommandRun decoded = CommandRun.of("tokenize", "-m", model, "--json", "--decode", "104 105");
        assertEquals("hi", decoded.json().get("text"));
        assertEquals(List.of("h", "i"), decoded.json().get("tokens"));
    }

    @Test
    void specialTokensAreReadAndShownWhenAsked() {
        assertEquals(
                "97 256",
                CommandRun.of("tokenize", "-m", model, "--parse-special", "a<|end|>")
                        .text());
        assertEquals(
                9, CommandRun.of("tokenize", "-m", model, "aa<|end|>").text().split(" ").length);
        assertEquals(
                "a",
                CommandRun.of("tokenize", "-m", model, "--decode", "97 256").text());
        assertEquals(
                "a<|end|>",
                CommandRun.of("tokenize", "-m", model, "--decode", "--show-special", "97 256")
                        .text());
    }

    @Test
    void aTokenizerFileStandsForAModel() throws Exception {
        Path json = Files.writeString(
                folder.resolve("tokenizer.json"),
                "{\"added_tokens\":[{\"id\":4,\"content\":\"<e>\",\"special\":true}],\"model\":{\"type\":\"BPE\",\"merges\":[[\"a\",\"b\"]],"
                        + "\"vocab\":{\"a\":0,\"b\":1,\"ab\":2,\"\u0120\":3}},\"pre_tokenizer\":{\"type\":\"ByteLevel\","
                        + "\"add_prefix_space\":false}}");
        assertEquals(
                "2 3 0 2",
                CommandRun.of("tokenize", "--tokenizer", json, "ab aab").text());
        assertEquals(
                "2 4",
                CommandRun.of("tokenize", "--tokenizer", json, "--parse-special", "ab<e>")
                        .text());
        assertEquals(
                "ab a",
                CommandRun.of("tokenize", "--tokenizer", json, "--decode", "2 3 0 4")
                        .text());
        assertEquals(
                2,
                CommandRun.of("tokenize", "--tokenizer", json, "-m", model, "a").status());
        CommandRun bad = CommandRun.of("tokenize", "--tokenizer", model, "a");
        assertEquals(1, bad.status());
        assertTrue(bad.err().startsWith("tenon: " + model + ": JSON"), bad.err());
        assertEquals(1, bad.err().lines().count());
    }

    @Test
    void badIdsAreRefused() {
        assertEquals(
                2, CommandRun.of("tokenize", "-m", model, "--decode", "97 b").status());
        CommandRun outside = CommandRun.of("tokenize", "-m", model, "--decode", "97 257");
        assertEquals(1, outside.status());
        assertEquals("", outside.out());
        assertTrue(outside.err().contains("outside the vocabulary of 257"), outside.err());
    }

    @Test
    void textAndFileAtOnceAreWrongUsage() {
        assertEquals(
                2, CommandRun.of("tokenize", "-m", model, "a", "--file", model).status());
    }
}
