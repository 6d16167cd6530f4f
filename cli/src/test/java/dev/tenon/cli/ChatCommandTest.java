package dev.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.json.JsonMapper;

/** Conversations that are piped in. */
class ChatCommandTest {
    private static final String ANSWER = "123456789" + System.lineSeparator();

    @TempDir
    private static Path folder;

    private static Path model;

    @BeforeAll
    static void makeModel() {
        model = TinyModel.in(folder);
    }

    private static CommandRun chat(String input, Object... arguments) {
        List<Object> all = new ArrayList<>(List.of("chat", "--model", model, "--temperature", 0));
        all.addAll(List.of(arguments));
        return CommandRun.with(input, all.toArray());
    }

    @Test
    void everyLineIsAnsweredAndBlankOnesAreNot() {
        assertEquals(new CommandRun(0, ANSWER + ANSWER, ""), chat("hello\n\n   \nagain\n"));
    }

    @Test
    void aLastLineNeedsNoEnd() {
        assertEquals(new CommandRun(0, ANSWER, ""), chat("hello"));
    }

    @Test
    void exitEndsTheConversation() {
        assertEquals(new CommandRun(0, ANSWER, ""), chat("hello\n/exit\nnever read\n"));
        assertEquals(new CommandRun(0, "", ""), chat(""));
    }

    @Test
    void clearForgetsWhatWasSaid() {
        // "user:hello\n" has 11 tokens and an answer 10 with its line's "assistant:": two exchanges pass 48 positions.
        String twice = "hello\nhello\nhello\n";
        CommandRun full = chat(twice, "--context", 48);
        assertEquals(0, full.status());
        assertTrue(full.err().contains("pass the context of 48") && full.err().contains("/clear"), full.err());
        CommandRun cleared = chat("hello\n/clear\nhello\n/clear\nhello\n", "--context", 48);
        assertEquals(new CommandRun(0, ANSWER + ANSWER + ANSWER, ""), cleared);
    }

    @Test
    void afterAnOverflowClearStartsAnew() {
        CommandRun run = chat("a line that is longer than all the room there is\n/clear\nhello\n", "--context", 32);
        assertEquals(0, run.status());
        assertEquals(ANSWER, run.out());
        assertEquals(1, run.err().lines().count(), run.err());
    }

    @Test
    void lineCharactersReachTheModelAsTheyAre() {
        // The tokens of a line are its bytes, so the longest line that fits tells whether any was changed.
        String line = "don't \\n \"quote !! $HOME é";
        int tokens = ("user:" + line + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        assertEquals("", chat(line + "\n", "--context", tokens).err());
        assertTrue(chat(line + "\n", "--context", tokens - 1).err().contains(tokens + " tokens"));
    }

    @Test
    void jsonIsOneDocumentAnAnswer() {
        CommandRun run = chat("hello\nhello\n", "--json", "--max-tokens", 4);
        List<JsonNode> documents;
        try (MappingIterator<JsonNode> all =
                JsonMapper.shared().readerFor(JsonNode.class).readValues(run.out())) {
            documents = all.readAll();
        }
        assertEquals(2, documents.size());
        for (JsonNode each : documents) {
            assertEquals(List.of("text", "stop", "plan"), List.copyOf(each.propertyNames()));
            assertEquals("1234", each.get("text").asString());
            assertEquals("length", each.get("stop").asString());
        }
    }

    @Test
    void theSystemMessageComesFirstAfterClearToo() {
        String system = "x".repeat(20);
        int first = ("system:" + system + "\nuser:hi\n").length();
        assertEquals(
                "",
                chat("hi\n/clear\nhi\n", "--system", system, "-n", 1, "--context", first)
                        .err());
        CommandRun short1 = chat("hi\n/clear\nhi\n", "--system", system, "-n", 1, "--context", first - 1);
        assertEquals(2, short1.err().lines().count(), short1.err());
    }

    @Test
    void aModelWithoutATemplateIsRefusedBeforeAnythingIsRead() {
        Path plain = TinyModel.write(folder.resolve("plain.gguf"), false);
        CommandRun run = CommandRun.with("", "chat", "-m", plain);
        assertEquals(1, run.status());
        assertTrue(run.err().contains("no chat template"), run.err());
    }
}
