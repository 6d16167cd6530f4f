package dev.tenon.models.tokenizer;

import java.util.Arrays;

/**
 * Merges neighbouring symbols of a word, lowest rank first and leftmost among equals, until none merges: the BPE of
 * Sennrich et al. 2016. A heap holds the candidates, so a word of n symbols takes n log n steps. Not for many threads.
 */
final class PairMerger {
    private final MergeTable table;
    private final LongHeap candidates = new LongHeap();
    private int[] next = new int[32];
    private int[] previous = new int[32];
    /** The rank of merging a symbol with the next one; a candidate of another rank is out of date. */
    private int[] ranks = new int[32];

    private int end;

    PairMerger(MergeTable table) {
        this.table = table;
    }

    /** Merges the first {@code count} symbols in place; the result is how many are left. */
    int merge(int[] symbols, int count) {
        if (count < 2) {
            return count;
        }
        link(count);
        candidates.clear();
        for (int at = 0; at < count - 1; at++) {
            offer(symbols, at);
        }
        while (!candidates.isEmpty()) {
            long candidate = candidates.pop();
            int at = (int) candidate;
            int rank = (int) (candidate >>> 32);
            if (ranks[at] != rank) {
                continue;
            }
            int gone = next[at];
            symbols[at] = table.merged(rank);
            ranks[gone] = MergeTable.NONE;
            next[at] = next[gone];
            if (next[at] < count) {
                previous[next[at]] = at;
            }
            offer(symbols, at);
            if (previous[at] >= 0) {
                offer(symbols, previous[at]);
            }
        }
        int kept = 0;
        for (int at = 0; at < count; at = next[at]) {
            symbols[kept++] = symbols[at];
        }
        return kept;
    }

    private void offer(int[] symbols, int at) {
        int right = next[at];
        // The end of the word is the one place whose next is no symbol.
        ranks[at] = right == end ? MergeTable.NONE : table.rank(symbols[at], symbols[right]);
        if (ranks[at] != MergeTable.NONE) {
            candidates.push(((long) ranks[at] << 32) | at);
        }
    }

    private void link(int count) {
        end = count;
        if (next.length < count) {
            next = new int[count];
            previous = new int[count];
            ranks = new int[count];
        }
        for (int at = 0; at < count; at++) {
            next[at] = at + 1;
            previous[at] = at - 1;
        }
        Arrays.fill(ranks, 0, count, MergeTable.NONE);
    }
}
