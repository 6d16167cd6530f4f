package dev.tenon.random;

/**
 * Philox4x32-10: ten rounds turn a 128-bit counter and a 64-bit key into four 32-bit words.
 *
 * <p>Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 *
 * <p>A <em>stream</em> of Tenon is the sequence of words under one seed. The word at place {@code index} (64 bits, read
 * as unsigned) is word {@code index mod 4} of the block whose counter is {@code index / 4} in its low 64 bits and 0
 * above; the seed is the key, its low 32 bits first.
 */
public final class Philox {
    private static final int MULTIPLIER_0 = 0xD2511F53;
    private static final int MULTIPLIER_1 = 0xCD9E8D57;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;

    private Philox() {}

    /** The word at a place of a seed's stream. */
    public static int word(long seed, long index) {
        long half = half(seed, index >>> 2, (index & 2) != 0);
        return (int) ((index & 1) == 0 ? half : half >>> 32);
    }

    /**
     * The words at an even place and the one after it: the first in the low 32 bits. Both lie in one block.
     *
     * @param index even
     */
    public static long pair(long seed, long index) {
        return half(seed, index >>> 2, (index & 2) != 0);
    }

    /** The four words of the stream's block {@code counter}, those at places {@code 4 * counter} on. */
    public static void block(long seed, long counter, int[] words) {
        words[0] = (int) counter;
        words[1] = (int) (counter >>> 32);
        words[2] = 0;
        words[3] = 0;
        block((int) seed, (int) (seed >>> 32), words);
    }

    /** The generator itself: the four words of a counter become the four words of the output. */
    static void block(int key0, int key1, int[] words) {
        long low = words[0] & 0xFFFF_FFFFL | (long) words[1] << 32;
        long high = words[2] & 0xFFFF_FFFFL | (long) words[3] << 32;
        long first = half(key0, key1, low, high, false);
        long second = half(key0, key1, low, high, true);
        words[0] = (int) first;
        words[1] = (int) (first >>> 32);
        words[2] = (int) second;
        words[3] = (int) (second >>> 32);
    }

    private static long half(long seed, long counter, boolean upper) {
        return half((int) seed, (int) (seed >>> 32), counter, 0, upper);
    }

    /** Two of a block's words as one value: a caller that wants one word allocates nothing. */
    private static long half(int key0, int key1, long low, long high, boolean upper) {
        int c0 = (int) low;
        int c1 = (int) (low >>> 32);
        int c2 = (int) high;
        int c3 = (int) (high >>> 32);
        int k0 = key0;
        int k1 = key1;
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = (MULTIPLIER_0 & 0xFFFF_FFFFL) * (c0 & 0xFFFF_FFFFL);
            long product1 = (MULTIPLIER_1 & 0xFFFF_FFFFL) * (c2 & 0xFFFF_FFFFL);
            c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
            c1 = (int) product1;
            c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
            c3 = (int) product0;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        return upper ? c2 & 0xFFFF_FFFFL | (long) c3 << 32 : c0 & 0xFFFF_FFFFL | (long) c1 << 32;
    }
}
