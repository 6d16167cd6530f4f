package dev.tenon.models.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.Configuration;
import dev.tenon.Device;
import dev.tenon.Tenon;
import dev.tenon.error.DeviceException;
import dev.tenon.models.decoder.DecoderSession;
import dev.tenon.models.decoder.DevicePlan;
import dev.tenon.models.decoder.SessionOptions;
import dev.tenon.models.tokenizer.EncodeOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The reference runs of {@link ReferenceRunsTest} on an OpenCL device, alone and sharing the layers with the CPU: the same
 * greedy text as on the CPU.
 */
class OpenClRunsTest {
    private static @Nullable Path data;
    private static @Nullable Tenon tenon;

    @BeforeAll
    static void open() {
        String folder = System.getenv("TENON_TEST_DATA");
        assumeTrue(folder != null, "TENON_TEST_DATA is not set: reference runs are skipped");
        data = Path.of(folder, "models");
        tenon = Tenon.open(Configuration.DEFAULT);
        try {
            tenon.device("opencl");
        } catch (DeviceException e) {
            List<String> required =
                    Arrays.asList(System.getProperty("tenon.require", "").split(","));
            assumeTrue(required.contains("opencl"), e.getMessage());
            throw e;
        }
    }

    @AfterAll
    static void close() {
        if (tenon != null) {
            tenon.close();
        }
    }

    /** The layers in equal parts on each device. */
    private static LanguageModel model(String file, String names) {
        Tenon runtime = Objects.requireNonNull(tenon);
        List<Device> devices =
                Arrays.stream(names.split(",")).map(runtime::device).toList();
        return LanguageModel.open(Objects.requireNonNull(data).resolve(file), size -> {
            Integer[] layers = new Integer[devices.size()];
            Arrays.setAll(layers, i -> size.layers() * (i + 1) / layers.length - size.layers() * i / layers.length);
            return DevicePlan.of(devices, List.of(layers));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"opencl:0", "opencl:0,cpu", "cpu,opencl:0", "cpu,opencl:0,cpu"})
    void stories260KWritesItsStory(String devices) throws IOException {
        int[] expected = Arrays.stream(Files.readString(data.resolve("stories260K.greedy-ids.txt"))
                        .strip()
                        .split("\\s+"))
                .mapToInt(Integer::parseInt)
                .toArray();
        try (LanguageModel model = model("stories260K.gguf", devices);
                DecoderSession session = model.session(SessionOptions.DEFAULT);
                Generator generator = new Generator(session, model.tokenizer())) {
            int[] prompt = model.tokenizer().encode("", EncodeOptions.PROMPT);
            GenerationResult result =
                    generator.generate(prompt, GenerationOptions.DEFAULT.withMaxTokens(200), TextListener.SILENT);
            assertArrayEquals(expected, Arrays.copyOf(result.ids(), expected.length));
            assertEquals(Files.readString(data.resolve("stories260K.greedy.txt")), result.text());
        }
    }

    /** Up to the first step that two computations may decide differently: the best two logits are less than 0.004 apart. */
    @ParameterizedTest
    @ValueSource(strings = {"opencl:0", "opencl:0,cpu", "cpu,opencl:0"})
    void smolLm2GoesOnAsTheReferenceDoes(String devices) {
        Json.Node document = Json.read(data.resolve("smollm2/greedy.json"));
        try (LanguageModel model = model("smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", devices);
                DecoderSession session = model.session(SessionOptions.DEFAULT.withContext(512));
                Generator generator = new Generator(session, model.tokenizer())) {
            for (Json.Node each : document.get("cases").list()) {
                double[] margins = each.get("margins").numbers();
                int certain = 0;
                while (certain < margins.length && margins[certain] >= 0.004) {
                    certain++;
                }
                int[] ids = each.get("prompt_ids").integers();
                GenerationResult result =
                        generator.generate(ids, GenerationOptions.DEFAULT.withMaxTokens(64), TextListener.SILENT);
                assertTrue(result.ids().length >= certain, each.get("prompt").text());
                assertArrayEquals(
                        Arrays.copyOf(each.get("greedy_ids").integers(), certain),
                        Arrays.copyOf(result.ids(), certain),
                        each.get("prompt").text());
            }
        }
    }
}
