package dev.tenon.models.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tenon.DType;
import dev.tenon.Tenon;
import dev.tenon.error.ClosedException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.models.cache.CacheSequence;
import dev.tenon.models.cache.ContextOverflowException;
import dev.tenon.models.cache.OutOfPagesException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A session's cache, its errors and what they leave behind. */
class DecoderSessionTest {
    private static final int[] PROMPT = {3, 9, 14, 7, 21, 5, 40, 11, 30, 2, 17};

    private Tenon tenon;
    private Decoder decoder;

    @BeforeEach
    void open() throws Exception {
        tenon = Tenon.open(dev.tenon.Configuration.DEFAULT);
        Path file = Path.of(
                Objects.requireNonNull(getClass().getResource("llama.gguf")).toURI());
        decoder = Decoder.open(file, tenon.device("cpu"));
    }

    @AfterEach
    void close() {
        decoder.close();
        tenon.close();
    }

    private DecoderSession session(int context, int sequences) {
        return new DecoderSession(decoder, new SessionOptions(context, sequences, DType.F32, 4, 6));
    }

    @Test
    void forksShareUntilTheyPart() {
        try (DecoderSession session = session(32, 2);
                CacheSequence one = session.open()) {
            session.prefill(one, PROMPT);
            int free = session.cache().freePages();
            try (CacheSequence other = one.fork()) {
                assertEquals(free, session.cache().freePages(), "a fork takes no page");
                float[] here = session.decode(List.of(one), new int[] {8}).toFloatArray();
                float[] there = session.decode(List.of(other), new int[] {9}).toFloatArray();
                assertArrayEquals(after(session, PROMPT, 8), here, 1e-4f);
                assertArrayEquals(after(session, PROMPT, 9), there, 1e-4f);
            }
            assertEquals(3, 16 - session.cache().freePages(), "the fork gave its pages back");
        }
    }

    private static float[] after(DecoderSession session, int[] prompt, int id) {
        try (CacheSequence fresh = session.open()) {
            int[] ids = Arrays.copyOf(prompt, prompt.length + 1);
            ids[prompt.length] = id;
            return session.prefill(fresh, ids).toFloatArray();
        }
    }

    @Test
    void truncationForgets() {
        try (DecoderSession session = session(32, 1);
                CacheSequence sequence = session.open()) {
            session.prefill(sequence, PROMPT);
            sequence.truncate(5);
            int[] rest = Arrays.copyOfRange(PROMPT, 5, PROMPT.length);
            float[] again = session.prefill(sequence, rest).toFloatArray();
            sequence.truncate(0);
            assertArrayEquals(session.prefill(sequence, PROMPT).toFloatArray(), again, 1e-4f);
        }
    }

    @Test
    void outOfPagesChangesNothing() {
        // Two sequences of 16 positions are all that there is; a third finds none.
        try (DecoderSession session = session(16, 2);
                CacheSequence one = session.open();
                CacheSequence two = session.open();
                CacheSequence three = session.open()) {
            session.prefill(one, PROMPT);
            session.prefill(two, PROMPT);
            OutOfPagesException full = assertThrows(OutOfPagesException.class, () -> session.prefill(three, PROMPT));
            assertEquals(3, full.asked());
            assertEquals(2, full.free());
            assertEquals(0, three.length());
            one.close();
            float[] logits = session.prefill(three, PROMPT).toFloatArray();
            two.truncate(0);
            assertArrayEquals(session.prefill(two, PROMPT).toFloatArray(), logits, 0f);
        }
    }

    @Test
    void contextOverflowChangesNothing() {
        try (DecoderSession session = session(12, 2);
                CacheSequence sequence = session.open()) {
            session.prefill(sequence, PROMPT);
            assertThrows(ContextOverflowException.class, () -> session.prefill(sequence, new int[] {1, 2}));
            session.decode(List.of(sequence), new int[] {1});
            ContextOverflowException full = assertThrows(
                    ContextOverflowException.class, () -> session.decode(List.of(sequence), new int[] {1}));
            assertEquals(12, full.limit());
            assertEquals(12, sequence.length());
        }
    }

    @Test
    void theContextEndsInsideAPageToo() {
        // Pages of 4 positions: the cache has room for 12, the context for 10.
        try (DecoderSession session = session(10, 1);
                CacheSequence sequence = session.open()) {
            ContextOverflowException full =
                    assertThrows(ContextOverflowException.class, () -> session.prefill(sequence, PROMPT));
            assertEquals(10, full.limit());
            session.prefill(sequence, Arrays.copyOf(PROMPT, 10));
            assertThrows(ContextOverflowException.class, () -> session.decode(List.of(sequence), new int[] {1}));
            assertThrows(
                    ContextOverflowException.class,
                    () -> session.prefill(sequence, new int[] {1}, (from, logits) -> {}));
            assertEquals(10, sequence.length());
        }
    }

    @Test
    void badArgumentsAreRefused() {
        try (DecoderSession session = session(16, 1);
                DecoderSession other = session(16, 1);
                CacheSequence sequence = session.open()) {
            assertThrows(InvalidArgumentException.class, () -> session.prefill(sequence, new int[0]));
            assertThrows(InvalidArgumentException.class, () -> session.prefill(sequence, new int[] {48}));
            assertThrows(InvalidArgumentException.class, () -> session.prefill(sequence, new int[] {-1}));
            assertThrows(InvalidArgumentException.class, () -> other.prefill(sequence, PROMPT));
            assertThrows(
                    InvalidArgumentException.class,
                    () -> session.decode(List.of(sequence, sequence), new int[] {1, 2}));
            sequence.close();
            assertThrows(ClosedException.class, () -> session.prefill(sequence, PROMPT));
        }
        assertThrows(InvalidArgumentException.class, () -> new SessionOptions(-1, 1, DType.F32, 4, 4));
    }

    @Test
    void lossesAreThoseOfTheLogits() {
        try (DecoderSession session = session(32, 1);
                CacheSequence sequence = session.open()) {
            float[][] logits = new float[PROMPT.length][];
            session.prefill(sequence, PROMPT, (from, rows) -> {
                for (int i = 0; i < rows.size(0); i++) {
                    logits[from + i] = rows.select(0, i).toFloatArray();
                }
            });
            sequence.truncate(0);
            double[] losses = session.losses(sequence, PROMPT);
            assertEquals(PROMPT.length - 1, losses.length);
            for (int i = 0; i < losses.length; i++) {
                double sum = 0;
                for (float logit : logits[i]) {
                    sum += Math.exp(logit - logits[i][PROMPT[i + 1]]);
                }
                assertEquals(Math.log(sum), losses[i], 1e-5);
            }
        }
    }
}
