package dev.tenon.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PhiloxTest {
    /** The known answers that Random123 publishes for philox4x32 with 10 rounds: counter, key, output. */
    @ParameterizedTest
    @CsvSource({
        "00000000 00000000 00000000 00000000, 00000000 00000000, 6627e8d5 e169c58d bc57ac4c 9b00dbd8",
        "ffffffff ffffffff ffffffff ffffffff, ffffffff ffffffff, 408f276d 41c83b0e a20bc7c6 6d5451fd",
        "243f6a88 85a308d3 13198a2e 03707344, a4093822 299f31d0, d16cfe09 94fdcceb 5001e420 24126ea1",
    })
    void publishedAnswers(String counter, String key, String output) {
        int[] words = words(counter);
        int[] keys = words(key);
        Philox.block(keys[0], keys[1], words);
        assertArrayEquals(words(output), words);
    }

    @Test
    void aWordIsItsPlaceInTheStream() {
        long seed = 0x0123_4567_89AB_CDEFL;
        int[] block = new int[4];
        for (long counter : new long[] {0, 1, 77, 0x1_0000_0000L, (1L << 62) - 1}) {
            Philox.block(seed, counter, block);
            for (int lane = 0; lane < 4; lane++) {
                assertEquals(block[lane], Philox.word(seed, counter * 4 + lane), "counter " + counter);
            }
            long pair = Philox.pair(seed, counter * 4 + 2);
            assertEquals(block[2], (int) pair);
            assertEquals(block[3], (int) (pair >>> 32));
        }
    }

    @Test
    void theSeedIsTheKeyLowWordFirst() {
        int[] expected = {5, 0, 0, 0};
        Philox.block(0x89AB_CDEF, 0x0123_4567, expected);
        int[] block = new int[4];
        Philox.block(0x0123_4567_89AB_CDEFL, 5, block);
        assertArrayEquals(expected, block);
    }

    private static int[] words(String hex) {
        String[] parts = hex.split(" ");
        int[] words = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            words[i] = HexFormat.fromHexDigits(parts[i]);
        }
        return words;
    }
}
