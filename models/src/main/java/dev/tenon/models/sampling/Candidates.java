package dev.tenon.models.sampling;

import java.util.Arrays;

/**
 * Tokens that may be drawn, with weights in proportion to their probabilities, the largest 1. Kept as one {@code long}
 * each, whose order is that of the weights and, of equal ones, the lower id first.
 */
final class Candidates {
    private final long[] keys;
    private int count;
    private boolean sorted;

    private Candidates(long[] keys, int count) {
        this.keys = keys;
        this.count = count;
    }

    /**
     * @param most the largest logit
     * @param topK how many to keep; 0: all
     */
    static Candidates of(float[] logits, float most, double temperature, int topK) {
        long[] keys = new long[logits.length];
        int count = 0;
        for (int i = 0; i < logits.length; i++) {
            float weight = (float) Math.exp((logits[i] - (double) most) / temperature);
            if (weight > 0) {
                keys[count++] = (long) Float.floatToIntBits(weight) << 32 | ~i & 0xFFFF_FFFFL;
            }
        }
        Candidates all = new Candidates(keys, count);
        if (topK > 0 && topK < count) {
            all.sort();
            all.count = topK;
        }
        return all;
    }

    private static float weight(long key) {
        return Float.intBitsToFloat((int) (key >>> 32));
    }

    private static int id(long key) {
        return ~(int) key;
    }

    private double mass() {
        double mass = 0;
        for (int i = 0; i < count; i++) {
            mass += weight(keys[i]);
        }
        return mass;
    }

    /** Keeps the fewest most probable whose mass is at least {@code part} of the whole. */
    void keepMass(double part) {
        if (part >= 1) {
            return;
        }
        double mass = mass();
        if (!sorted) {
            // What lies below an even share of the rest cannot add up to it, so it is never part of the answer; sorting
            // what is left takes a tenth of the time.
            keepWeights(mass * (1 - part) / count);
            sort();
        }
        double reached = 0;
        for (int i = 0; i < count; i++) {
            reached += weight(keys[i]);
            if (reached >= part * mass) {
                count = i + 1;
            }
        }
    }

    /** Drops what is less probable than {@code part} of the most probable. */
    void keepAtLeast(double part) {
        keepWeights(part);
    }

    private void keepWeights(double least) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (weight(keys[i]) >= least) {
                keys[kept++] = keys[i];
            }
        }
        count = kept;
    }

    /** The most probable first. */
    private void sort() {
        if (sorted) {
            return;
        }
        Arrays.sort(keys, 0, count);
        for (int i = 0, j = count - 1; i < j; i++, j--) {
            long key = keys[i];
            keys[i] = keys[j];
            keys[j] = key;
        }
        sorted = true;
    }

    /** The token at a place from 0 to 1 along the weights. */
    int at(double place) {
        double left = place * mass();
        for (int i = 0; i < count; i++) {
            left -= weight(keys[i]);
            if (left < 0) {
                return id(keys[i]);
            }
        }
        return id(keys[count - 1]);
    }
}
