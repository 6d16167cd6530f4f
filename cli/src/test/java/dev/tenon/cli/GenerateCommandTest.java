package dev.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GenerateCommandTest {
    @TempDir
    private static Path folder;

    private static Path model;

    @BeforeAll
    static void makeModel() {
        model = TinyModel.in(folder);
    }

    private static CommandRun generate(Object... arguments) {
        List<Object> all = new ArrayList<>(List.of("generate", "--model", model));
        all.addAll(List.of(arguments));
        return CommandRun.of(all.toArray());
    }

    private static String written(CommandRun run) {
        assertEquals(0, run.status(), run.err());
        return (String) run.json().get("text");
    }

    @Test
    void textGoesToStandardOutputAndNothingElseDoes() {
        CommandRun run = generate("--prompt", "v");
        assertEquals(new CommandRun(0, "wxyz" + System.lineSeparator(), ""), run);
    }

    @Test
    void jsonHasTheDocumentedNames() {
        CommandRun run = generate("--prompt", "vw", "--json");
        assertEquals(0, run.status(), run.err());
        assertEquals("", run.err());
        assertEquals(
                List.of(
                        "prompt_ids",
                        "ids",
                        "text",
                        "stop",
                        "time_to_first_token_ms",
                        "prefill_tokens_per_second",
                        "decode_tokens_per_second",
                        "plan"),
                run.names());
        Map<String, Object> document = run.json();
        assertEquals(List.of((int) 'v', (int) 'w'), document.get("prompt_ids"));
        assertEquals(List.of((int) 'x', (int) 'y', (int) 'z', TinyModel.END), document.get("ids"));
        assertEquals("xyz", document.get("text"));
        assertEquals("eos", document.get("stop"));
        assertTrue(((Number) document.get("time_to_first_token_ms")).doubleValue() > 0);
        assertTrue(((Number) document.get("prefill_tokens_per_second")).doubleValue() > 0);
        assertTrue(((Number) document.get("decode_tokens_per_second")).doubleValue() > 0);
    }

    @Test
    void promptsComeFromFilesAndStandardInputToo() throws Exception {
        Path file = Files.writeString(folder.resolve("prompt.txt"), "x");
        assertEquals("yz", generate("--file", file).text());
        assertEquals("yz", CommandRun.with("x", "generate", "-m", model).text());
    }

    @Test
    void textsEndWhereAsked() {
        CommandRun length = generate("-p", "a", "--max-tokens", 5, "--json");
        assertEquals("bcdef", written(length));
        assertEquals("length", length.json().get("stop"));
        CommandRun stopped = generate("-p", "a", "--stop", "never", "--stop", "hij", "--json");
        assertEquals("bcdefg", written(stopped));
        assertEquals("stop", stopped.json().get("stop"));
        assertEquals(9, ((List<?>) stopped.json().get("ids")).size(), "the stop string's tokens were written too");
        CommandRun context = generate("-p", "abc", "--context", 10, "--json");
        assertEquals("defghijk", written(context));
        assertEquals("context", context.json().get("stop"));
        assertEquals("wxyz", written(generate("-p", "v", "--json")));
        CommandRun on = generate("-p", "v", "--ignore-eos", "-n", 8, "--json");
        assertEquals("length", on.json().get("stop"));
        assertEquals(8, ((List<?>) on.json().get("ids")).size());
        assertEquals("", written(generate("-p", "v", "-n", 0, "--json")));
    }

    @Test
    void chatWrapsThePromptInTheTemplate() {
        CommandRun run = generate("--chat", "--system", "be brief", "-p", "count", "--json");
        assertEquals("123456789", written(run));
        StringBuilder prompt = new StringBuilder();
        ((List<?>) run.json().get("prompt_ids")).forEach(id -> prompt.append((char) (int) (Integer) id));
        assertEquals("system:be brief\nuser:count\n", prompt.toString());
    }

    @Test
    void theSameSeedWritesTheSameText() {
        List<Object> ids = new ArrayList<>();
        for (int seed : new int[] {7, 7, 8}) {
            CommandRun run =
                    generate("-p", "a", "--temperature", 1, "--seed", seed, "--ignore-eos", "-n", 24, "--json");
            assertEquals(0, run.status(), run.err());
            ids.add(run.json().get("ids"));
        }
        assertEquals(ids.get(0), ids.get(1));
        assertNotEquals(ids.get(0), ids.get(2));
    }

    @Test
    void withoutASeedTextsDiffer() {
        // At this temperature all 257 tokens are nearly alike: that 24 of them repeat has no measurable chance.
        List<Object> arguments = List.of("-p", "a", "-t", 1000, "--ignore-eos", "-n", 24, "--json");
        assertNotEquals(
                generate(arguments.toArray()).json().get("ids"),
                generate(arguments.toArray()).json().get("ids"));
    }

    @Test
    void limitsLeaveOnlyTheMostProbable() {
        for (List<Object> limit :
                List.<List<Object>>of(List.of("--top-k", 1), List.of("--top-p", "0.01"), List.of("--min-p", 1))) {
            List<Object> arguments = new ArrayList<>(List.of("-p", "t", "-t", 2, "--json"));
            arguments.addAll(limit);
            assertEquals("uvwxyz", written(generate(arguments.toArray())), limit.toString());
        }
    }

    @Test
    void biasesAndPenaltiesReachTheSampler() {
        assertEquals("QQ", written(generate("-p", "a", "--logit-bias", "81=9", "-n", 2, "--json")));
        // 'b' loses its margin to the bias of '!', which the frequency penalty then takes away.
        assertEquals("!!", written(generate("-p", "a", "--logit-bias", "33=9", "-n", 2, "--json")));
        assertNotEquals(
                "!!",
                written(generate("-p", "a", "--logit-bias", "33=9", "--frequency-penalty", 9, "-n", 2, "--json")));
        assertNotEquals(
                "!!", written(generate("-p", "a", "--logit-bias", "33=9", "--presence-penalty", 9, "-n", 2, "--json")));
        assertNotEquals(
                "!!",
                written(generate("-p", "a", "--logit-bias", "33=5", "--repetition-penalty", 50, "-n", 2, "--json")));
    }

    @Test
    void everyCacheTypeAndThreadCountWritesTheText() {
        for (String type : List.of("F32", "f16", "BF16", "Q8_0")) {
            assertEquals("wxyz", generate("-p", "v", "--cache-type", type).text(), type);
        }
        assertEquals("wxyz", generate("-p", "v", "--threads", 1).text());
        assertEquals(
                "wxyz", generate("-p", "v", "--device", "cpu", "--threads", 3).text());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--max-tokens -1",
                "--max-tokens x",
                "--temperature -1",
                "--top-p 0",
                "--top-p 1.5",
                "--top-k -1",
                "--min-p 2",
                "--repetition-penalty 0",
                "--logit-bias 5",
                "--logit-bias a=1",
                "--cache-type Q4_K",
                "--cache-type F31",
                "--activations Q8_0",
                "--activations F64",
                "--context -5",
                "--threads -1",
                "--threads 100000",
                "--system x",
                "--file x",
                "--no-such-option"
            })
    void argumentsOutOfRangeAreWrongUsage(String arguments) {
        List<Object> all = new ArrayList<>(List.of("-p", "a"));
        Collections.addAll(all, (Object[]) arguments.split(" "));
        assertRefused(2, generate(all.toArray()));
    }

    @Test
    void whatCannotBeDoneIsOneLineOnStandardError() throws Exception {
        assertRefused(1, generate("-p", "a", "--device", "nosuch"));
        assertRefused(1, generate("-p", "abcdef", "--context", 4));
        assertRefused(1, generate("-p", "a", "--logit-bias", "99999=1"));
        assertRefused(1, generate("--file", folder.resolve("none.txt")));
        assertRefused(2, generate("-p", ""));
        assertRefused(1, CommandRun.of("generate", "-p", "a", "-m", folder.resolve("none.gguf")));
        Path plain = TinyModel.write(folder.resolve("plain.gguf"), false);
        assertRefused(1, CommandRun.of("generate", "-p", "a", "--chat", "-m", plain));
        byte[] bytes = Files.readAllBytes(model);
        for (byte[] bad : List.of(new byte[0], "no model".getBytes(StandardCharsets.UTF_8), cut(bytes, 5000))) {
            Path file = Files.write(folder.resolve("bad.gguf"), bad);
            CommandRun run = CommandRun.of("generate", "-p", "a", "-m", file);
            assertRefused(1, run);
            assertTrue(run.err().contains(file.toString()), run.err());
        }
    }

    private static byte[] cut(byte[] bytes, int length) {
        return java.util.Arrays.copyOf(bytes, length);
    }

    private static void assertRefused(int status, CommandRun run) {
        assertEquals(status, run.status(), run.err());
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("tenon: "), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }

    @Test
    void verboseAddsTheStackTrace() {
        CommandRun run = generate("-p", "a", "--device", "nosuch", "--verbose");
        assertEquals(1, run.status());
        assertTrue(run.err().lines().anyMatch(line -> line.startsWith("\tat dev.tenon.")), run.err());
    }
}
