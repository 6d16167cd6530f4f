package dev.tenon.models.tokenizer;

import java.util.Arrays;

/** The rank and result of merging two neighbours, by their symbols. Open addressing, at most half full. */
final class MergeTable {
    /** No merge. */
    static final int NONE = -1;

    private final long[] keys;
    private final int[] ranks;
    private final int[] merged;
    private final int mask;

    /**
     * @param left the left symbol of each merge; of equal pairs the first counts
     * @param right the right symbol of each
     * @param rank how soon each is done, the lower the sooner; 0 or more
     * @param merged the symbol that the merges of each rank make
     */
    MergeTable(int[] left, int[] right, int[] rank, int[] merged) {
        int length = Integer.highestOneBit(Math.max(8, left.length) * 2 - 1) << 1;
        mask = length - 1;
        keys = new long[length];
        ranks = new int[length];
        this.merged = merged.clone();
        Arrays.fill(ranks, NONE);
        for (int i = 0; i < left.length; i++) {
            int slot = slotOf(left[i], right[i]);
            if (ranks[slot] == NONE) {
                keys[slot] = key(left[i], right[i]);
                ranks[slot] = rank[i];
            }
        }
    }

    /** The rank of merging two symbols, or {@link #NONE}. */
    int rank(int left, int right) {
        return ranks[slotOf(left, right)];
    }

    /** What the merge of a rank makes. */
    int merged(int rank) {
        return merged[rank];
    }

    private int slotOf(int left, int right) {
        long key = key(left, right);
        long hash = key * 0x9E3779B97F4A7C15L;
        int slot = (int) (hash >>> 32) & mask;
        while (ranks[slot] != NONE && keys[slot] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private static long key(int left, int right) {
        return ((long) left << 32) | (right & 0xFFFFFFFFL);
    }
}
