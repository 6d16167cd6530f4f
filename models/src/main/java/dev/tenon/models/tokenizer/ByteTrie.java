package dev.tenon.models.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A trie over byte strings, for finding every token that starts at a place in one walk.
 *
 * <p>The children of a node lie side by side in the arrays, sorted by byte, and are found by binary search.
 */
final class ByteTrie {
    /** A string and the value found with it. */
    record Entry(byte[] key, int value) {}

    /** No such node, or no value at a node. */
    static final int NONE = -1;

    static final int ROOT = 0;

    private byte[] labels = new byte[256];
    private int[] firstChild = new int[256];
    private int[] childCount = new int[256];
    private int[] values = new int[256];
    private int size = 1;

    /** Empty keys are left out; of equal keys the first counts. */
    ByteTrie(List<Entry> entries) {
        List<Entry> sorted = new ArrayList<>(entries);
        sorted.removeIf(entry -> entry.key().length == 0);
        sorted.sort((a, b) -> Arrays.compareUnsigned(a.key(), b.key()));
        values[ROOT] = NONE;
        build(sorted);
    }

    /** Breadth first, a range of the sorted entries for each node: no recursion, however long a key is. */
    private void build(List<Entry> sorted) {
        IntList queue = new IntList();
        queue.add(ROOT);
        queue.add(0);
        queue.add(sorted.size());
        queue.add(0);
        for (int head = 0; head < queue.size(); head += 4) {
            int node = queue.get(head);
            int from = queue.get(head + 1);
            int to = queue.get(head + 2);
            int depth = queue.get(head + 3);
            int at = from;
            while (at < to && sorted.get(at).key().length == depth) {
                if (values[node] == NONE) {
                    values[node] = sorted.get(at).value();
                }
                at++;
            }
            firstChild[node] = size;
            while (at < to) {
                byte label = sorted.get(at).key()[depth];
                int start = at;
                while (at < to && sorted.get(at).key()[depth] == label) {
                    at++;
                }
                int child = newNode(label);
                childCount[node]++;
                queue.add(child);
                queue.add(start);
                queue.add(at);
                queue.add(depth + 1);
            }
        }
    }

    private int newNode(byte label) {
        if (size == labels.length) {
            int length = size * 2;
            labels = Arrays.copyOf(labels, length);
            firstChild = Arrays.copyOf(firstChild, length);
            childCount = Arrays.copyOf(childCount, length);
            values = Arrays.copyOf(values, length);
        }
        labels[size] = label;
        values[size] = NONE;
        return size++;
    }

    /** The child of a node under a byte, or {@link #NONE}. */
    int child(int node, byte label) {
        int low = firstChild[node];
        int high = low + childCount[node] - 1;
        int wanted = label & 0xFF;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int found = labels[middle] & 0xFF;
            if (found == wanted) {
                return middle;
            }
            if (found < wanted) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return NONE;
    }

    /** The value of the string that ends at a node, or {@link #NONE}. */
    int value(int node) {
        return values[node];
    }
}
