package dev.tenon.models.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tenon;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.OutOfDeviceMemoryException;
import dev.tenon.models.cache.CacheSequence;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tiny models split over two devices that compute alike, two of the processor's: every bit is that of one device. */
class SplitSessionTest {
    private static final int[] PROMPT = {3, 9, 14, 7, 21, 5, 40, 11, 30, 2, 17};
    private static final SessionOptions OPTIONS = new SessionOptions(32, 2, DType.F32, 4, 6);

    private final List<Tenon> open = new ArrayList<>();
    private Device one;
    private Device other;

    @BeforeEach
    void openDevices() {
        one = device(0);
        other = device(0);
    }

    private Device device(long memoryLimit) {
        Tenon tenon = Tenon.open(Configuration.DEFAULT.withThreads(1).withMemoryLimit(memoryLimit));
        open.add(tenon);
        return tenon.device("cpu");
    }

    @AfterEach
    void closeDevices() {
        open.forEach(Tenon::close);
    }

    private static Path file(String name) {
        try {
            URI uri = Objects.requireNonNull(SplitSessionTest.class.getResource(name + ".gguf"))
                    .toURI();
            return Path.of(uri);
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static Function<ModelSize, DevicePlan> halves(Device first, Device second) {
        return size ->
                DevicePlan.of(List.of(first, second), List.of(size.layers() / 2, size.layers() - size.layers() / 2));
    }

    /** Logits of a prompt, of two sequences that part after it, and of one that is cut back. */
    private static List<float[]> logits(String model, Function<ModelSize, DevicePlan> planner) {
        List<float[]> logits = new ArrayList<>();
        try (Decoder decoder = Decoder.open(file(model), planner);
                DecoderSession session = new DecoderSession(decoder, OPTIONS);
                CacheSequence sequence = session.open()) {
            logits.add(session.prefill(sequence, PROMPT).toFloatArray());
            try (CacheSequence fork = sequence.fork()) {
                for (int id = 4; id < 8; id++) {
                    logits.add(session.decode(List.of(sequence, fork), new int[] {id, id + 7})
                            .toFloatArray());
                }
            }
            sequence.truncate(5);
            session.prefill(sequence, PROMPT, (from, rows) -> logits.add(rows.toFloatArray()));
            double[] losses = session.losses(sequence, PROMPT);
            float[] narrow = new float[losses.length];
            for (int i = 0; i < losses.length; i++) {
                narrow[i] = (float) losses[i];
            }
            logits.add(narrow);
        }
        return logits;
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama-tied-bias", "qwen3", "gemma2", "gemma3", "phi3", "gpt2"})
    void everyBitIsThatOfOneDevice(String model) {
        List<float[]> expected = logits(model, size -> DevicePlan.on(one, size.layers()));
        List<Function<ModelSize, DevicePlan>> plans = List.of(
                halves(one, other),
                halves(other, one),
                // Embedding and head on one device, all layers on another.
                size -> DevicePlan.of(List.of(one, other, one), List.of(0, size.layers(), 0)),
                size -> DevicePlan.of(List.of(one, other, one), List.of(1, size.layers() - 1, 0)));
        for (Function<ModelSize, DevicePlan> plan : plans) {
            List<float[]> split = logits(model, plan);
            assertEquals(expected.size(), split.size());
            for (int i = 0; i < split.size(); i++) {
                assertArrayEquals(expected.get(i), split.get(i), 0f, model + ", result " + i);
            }
        }
        assertEquals(0, other.memory().used(), "all memory came back");
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "gemma2"})
    void capturedStepsGiveTheBitsOfTheEagerOnes(String model) {
        try (Decoder decoder = Decoder.open(file(model), halves(one, other));
                DecoderSession captured = new DecoderSession(decoder, OPTIONS);
                DecoderSession eager = new DecoderSession(decoder, OPTIONS)) {
            eager.runEagerly();
            try (CacheSequence replayed = captured.open();
                    CacheSequence run = eager.open()) {
                for (int id : PROMPT) {
                    assertArrayEquals(
                            eager.decode(List.of(run), new int[] {id}).toFloatArray(),
                            captured.decode(List.of(replayed), new int[] {id}).toFloatArray(),
                            0f);
                }
            }
        }
    }

    private static ModelSize size(String model) {
        ModelSize[] read = new ModelSize[1];
        assertThrows(
                InvalidArgumentException.class,
                () -> Decoder.open(file(model), size -> {
                    read[0] = size;
                    throw new InvalidArgumentException("only the size is wanted");
                }));
        return read[0];
    }

    @Test
    void aPlanTakesAsMuchAsFitsOnEachDeviceInTurn() {
        ModelSize size = size("gemma3");
        int layers = size.layers();
        long all = DevicePlan.on(one, layers).shares(size, OPTIONS).getFirst().bytes();
        assertEquals(DevicePlan.on(one, layers), DevicePlan.fit(List.of(one, other), size, OPTIONS));
        // Room for three layers and a half: what fits is found by the sizes that the plan itself shows.
        PlanShare three = share(size, one, 3);
        PlanShare four = share(size, one, 4);
        Device small = device((three.bytes() + four.bytes()) / 2 * 16 / 15);
        DevicePlan plan = DevicePlan.fit(List.of(small, other), size, OPTIONS);
        assertEquals(DevicePlan.of(List.of(small, other), List.of(3, layers - 3)), plan);
        PlanShare first = plan.shares(size, OPTIONS).getFirst();
        assertTrue(first.embedding() && !first.head());
        assertTrue(first.bytes() < first.freeBytes(), first.toString());

        Device tiny = device(1 << 10);
        assertEquals(
                DevicePlan.on(other, layers),
                DevicePlan.fit(List.of(tiny, other), size, OPTIONS),
                "a device that holds nothing is left out");
        Device alsoSmall = device(all / 8);
        ModelTooLargeException error = assertThrows(
                ModelTooLargeException.class, () -> DevicePlan.fit(List.of(tiny, alsoSmall), size, OPTIONS));
        assertEquals(all, error.asked());
        assertTrue(error.free() <= all / 8 + (1 << 10) && error.free() > all / 9, error.getMessage());
        assertTrue(error.getMessage().contains("%,d".formatted(all)), error.getMessage());
    }

    private static PlanShare share(ModelSize size, Device device, int layers) {
        DevicePlan.Segment segment = new DevicePlan.Segment(device, 0, layers);
        return PlanShare.of(segment, size, OPTIONS, true, false);
    }

    /** What a plan says of cache and buffers is what a session takes, but for pools that round up. */
    @ParameterizedTest
    @ValueSource(strings = {"llama", "gemma2", "gpt2"})
    void aPlanSaysWhatASessionTakes(String model) {
        SessionOptions options = new SessionOptions(0, 3, DType.F32, 16, 64);
        List<PlanShare> shares = new ArrayList<>();
        Function<ModelSize, DevicePlan> planner = size -> {
            DevicePlan plan = halves(one, other).apply(size);
            shares.addAll(plan.shares(size, options));
            return plan;
        };
        try (Decoder decoder = Decoder.open(file(model), planner)) {
            long first = one.memory().used();
            long second = other.memory().used();
            try (DecoderSession session = new DecoderSession(decoder, options)) {
                close(shares.get(0), one.memory().used() - first);
                close(shares.get(1), other.memory().used() - second);
            }
        }
    }

    private static void close(PlanShare share, long used) {
        long said = share.cacheBytes() + share.bufferBytes();
        // Frequencies and scalars are not counted; every tensor may be rounded up by a quarter.
        assertTrue(said <= used && used <= said * 1.25 + 16_384, said + " said, " + used + " used");
    }

    @Test
    void plansThatDoNotFitTheModelAreRefused() {
        List<Device> both = List.of(one, other);
        ModelSize size = size("llama");
        int layers = size.layers();
        assertThrows(InvalidArgumentException.class, () -> DevicePlan.of(both, List.of(layers)));
        assertThrows(InvalidArgumentException.class, () -> DevicePlan.of(both, List.of(layers + 1, -1)));
        assertThrows(InvalidArgumentException.class, () -> DevicePlan.of(List.of(one, one), List.of(1, 1)));
        assertThrows(InvalidArgumentException.class, () -> DevicePlan.of(both, List.of(0, 0)));
        DevicePlan longer = DevicePlan.of(both, List.of(layers, 1));
        assertThrows(InvalidArgumentException.class, () -> longer.checked(size, OPTIONS));
        assertThrows(InvalidArgumentException.class, () -> Decoder.open(file("llama"), any -> longer));
        Device tiny = device(1 << 12);
        DevicePlan tight = DevicePlan.of(List.of(one, tiny), List.of(1, layers - 1));
        ModelTooLargeException error = assertThrows(ModelTooLargeException.class, () -> tight.checked(size, OPTIONS));
        assertEquals(tight.shares(size, OPTIONS).get(1).bytes(), error.asked());
        assertEquals(1 << 12, error.free());
    }

    /** A plan that was not checked: the second device's pool is too small, and the first gives everything back. */
    @Test
    void aSessionThatDoesNotFitLeavesNothingBehind() {
        Device tiny = device(1 << 12);
        try (Decoder decoder = Decoder.open(file("llama"), halves(one, tiny))) {
            long before = one.memory().used();
            assertThrows(OutOfDeviceMemoryException.class, () -> new DecoderSession(decoder, OPTIONS));
            assertEquals(before, one.memory().used());
        }
    }
}
