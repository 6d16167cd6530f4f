package dev.tenon.models.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tenon;
import dev.tenon.error.DeviceException;
import dev.tenon.models.cache.CacheSequence;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Decode steps on an OpenCL device: captured and replayed they give the bits that they give operator by operator. */
class OpenClDecodeTest {
    private static final int[] PROMPT = {3, 9, 14, 7, 21, 5, 40, 11, 30, 2, 17};
    private static final int STEPS = 24;
    private static final String COMMAND_BUFFERS = "tenon.opencl.commandBuffers";

    @AfterEach
    void clear() {
        System.clearProperty(COMMAND_BUFFERS);
    }

    /** The device is opened anew, since it chooses once how graphs are replayed. */
    private static Device open(Tenon tenon) {
        try {
            return tenon.device("opencl");
        } catch (DeviceException e) {
            List<String> required =
                    Arrays.asList(System.getProperty("tenon.require", "").split(","));
            assumeTrue(required.contains("opencl"), e.getMessage());
            throw e;
        }
    }

    @ParameterizedTest
    @CsvSource({"llama, off", "llama, on", "gemma3, off", "gemma3, on", "qwen3, on", "phi3, on"})
    void capturedStepsEqualEagerOnes(String family, String commandBuffers) throws URISyntaxException {
        System.setProperty(COMMAND_BUFFERS, commandBuffers);
        Path file = Path.of(
                Objects.requireNonNull(getClass().getResource(family + ".gguf")).toURI());
        // Pages of four tokens: the cache grows by a page several times.
        SessionOptions options = new SessionOptions(64, 2, DType.F32, 4, 6);
        try (Tenon tenon = Tenon.open(Configuration.DEFAULT);
                Decoder decoder = Decoder.open(file, open(tenon));
                DecoderSession captured = new DecoderSession(decoder, options);
                DecoderSession eager = new DecoderSession(decoder, options)) {
            eager.runEagerly();
            for (int rows = 1; rows <= 2; rows++) {
                try (CacheSequence first = captured.open();
                        CacheSequence second = captured.open();
                        CacheSequence firstEager = eager.open();
                        CacheSequence secondEager = eager.open()) {
                    prefill(captured, first, second);
                    prefill(eager, firstEager, secondEager);
                    for (int step = 0; step < STEPS; step++) {
                        int[] ids = Arrays.copyOf(new int[] {(step * 7 + 3) % 40, (step * 11 + 5) % 40}, rows);
                        float[] expected = eager.decode(
                                        List.of(firstEager, secondEager).subList(0, rows), ids)
                                .toFloatArray();
                        float[] found = captured.decode(List.of(first, second).subList(0, rows), ids)
                                .toFloatArray();
                        assertArrayEquals(bits(expected), bits(found), "step " + step + " of " + rows + " sequences");
                    }
                }
            }
        }
    }

    private static void prefill(DecoderSession session, CacheSequence first, CacheSequence second) {
        session.prefill(first, PROMPT);
        session.prefill(second, Arrays.copyOf(PROMPT, 5));
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }
}
