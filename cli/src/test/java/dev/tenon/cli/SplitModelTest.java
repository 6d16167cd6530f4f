package dev.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where {@code --device} and {@code --layers} put a model's layers, and how that is shown. */
class SplitModelTest {
    @TempDir
    private static Path folder;

    private static Path model;

    @BeforeAll
    static void makeModel() {
        model = TinyModel.write(folder.resolve("three.gguf"), true, 3);
    }

    private static CommandRun run(String command, Object... arguments) {
        List<Object> all = new ArrayList<>(List.of(command, "--model", model));
        all.addAll(List.of(arguments));
        return CommandRun.of(all.toArray());
    }

    private static void requireOpenCl() {
        boolean there = CommandRun.of("devices", "--json").objects("devices").stream()
                .anyMatch(device -> "opencl:0".equals(device.get("name")));
        boolean required = Arrays.asList(System.getProperty("tenon.require", "").split(","))
                .contains("opencl");
        assertTrue(there || !required, "there is no OpenCL device; -Dtenon.require says there must be");
        assumeTrue(there, "there is no OpenCL device");
    }

    @Test
    void aPlanIsShownBeforeTheTextButNotAmongIt() {
        CommandRun run = run("generate", "--prompt", "v", "--layers", 3);
        assertEquals(0, run.status(), run.err());
        assertEquals("wxyz", run.text());
        List<String> lines = run.err().lines().toList();
        assertEquals(2, lines.size(), run.err());
        assertEquals(
                List.of("device", "layers", "embedding", "head", "weights", "cache", "buffers", "free"),
                List.of(lines.get(0).split(" +")));
        assertTrue(lines.get(1).matches("cpu +0-2 +yes +yes( +[0-9.,]+ MiB){4}"), lines.get(1));
    }

    @Test
    void jsonHasThePlanOfOneDeviceToo() {
        CommandRun run = run("generate", "--prompt", "v", "--json", "--context", 128);
        assertEquals("", run.err());
        Map<String, Object> share = run.objects("plan").getFirst();
        assertEquals(
                List.of(
                        "device",
                        "first_layer",
                        "layers",
                        "embedding",
                        "head",
                        "weight_bytes",
                        "cache_bytes",
                        "buffer_bytes",
                        "free_bytes"),
                List.copyOf(share.keySet()));
        // Three layers of 3 heads of 96 elements, keys and values in F32, two pages of 64 positions.
        assertEquals(3 * 2 * 3 * 96 * 4 * 128, share.get("cache_bytes"));
        int matrices = 2 * 257 * 288 + 3 * (4 * 288 * 288 + 3 * 32 * 288);
        assertEquals(4 * (matrices + 7 * 288), share.get("weight_bytes"));
        assertEquals(1, run.objects("plan").size());
    }

    @Test
    void theTextIsTheSameWhenSplit() throws Exception {
        requireOpenCl();
        for (String devices : List.of("cpu,opencl:0", "opencl:0,cpu")) {
            CommandRun run = run("generate", "--prompt", "v", "--json", "--device", devices, "--layers", "1,2");
            assertEquals(0, run.status(), run.err());
            assertEquals("wxyz", run.json().get("text"));
            List<Map<String, Object>> plan = run.objects("plan");
            assertEquals(
                    devices,
                    String.join(
                            ",",
                            plan.stream()
                                    .map(share -> (String) share.get("device"))
                                    .toList()));
            assertEquals(
                    List.of(1, 2),
                    plan.stream().map(share -> share.get("layers")).toList());
            assertEquals(
                    List.of(true, false),
                    plan.stream().map(share -> share.get("embedding")).toList());
            assertEquals(
                    List.of(false, true),
                    plan.stream().map(share -> share.get("head")).toList());
            assertEquals(3, run.err().lines().count(), run.err());
        }
        Path text = Files.writeString(folder.resolve("text.txt"), "abcdefghij");
        CommandRun one = run("perplexity", "--text", text, "--json");
        CommandRun split = run("perplexity", "--text", text, "--json", "--device", "cpu,opencl", "--layers", "2,1");
        assertEquals(0, split.status(), split.err());
        assertEquals(
                (double) one.json().get("perplexity"), (double) split.json().get("perplexity"), 1e-4);
        CommandRun chat =
                CommandRun.with("hello\n", "chat", "-m", model, "-t", 0, "--device", "opencl,cpu", "--layers", "0,3");
        assertEquals(0, chat.status(), chat.err());
        assertEquals("123456789", chat.text());
    }

    @Test
    void withoutNumbersAsMuchAsFitsGoesToEachInTurn() {
        requireOpenCl();
        CommandRun run = run("generate", "--prompt", "v", "--json", "--device", "cpu,opencl:0");
        assertEquals(0, run.status(), run.err());
        assertEquals(
                List.of("cpu"),
                run.objects("plan").stream().map(share -> share.get("device")).toList());
    }

    @Test
    void numbersThatDoNotFitAreWrongUsage() {
        for (String layers : List.of("2", "4", "1,2", "-1", "x")) {
            CommandRun run = run("generate", "--prompt", "v", "--layers", layers);
            assertEquals(2, run.status(), layers + ": " + run.err());
            assertEquals("", run.out());
        }
        assertEquals(
                2,
                run("generate", "--prompt", "v", "--device", "cpu,cpu", "--layers", "1,2")
                        .status());
    }

    @Test
    void aModelThatIsTooLargeIsAnErrorThatSaysAskedAndFree() {
        // With its cache: 100 million positions take 690 GB.
        CommandRun run = run("generate", "--prompt", "v", "--layers", 3, "--context", 100_000_000);
        assertEquals(1, run.status(), run.err());
        assertTrue(run.err().matches("(?s).*needs 69[0-9,]+ bytes .* on cpu, where [0-9,]+ are free.*"), run.err());
    }
}
