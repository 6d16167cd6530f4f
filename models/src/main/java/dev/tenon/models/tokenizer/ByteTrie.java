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
    /** No such node, or no value at a node. */
    static final int NONE = -1;

    static final int ROOT = 0;

    private byte[] labels = new byte[256];
    private int[] firstChild = new int[256];
    private int[] childCount = new int[256];
    private int[] values = new int[256];
    private int size = 1;

    /** Keys and the value found with each; empty keys are left out, of equal keys the first counts. */
    static final class Builder {
        private final List<byte[]> keys = new ArrayList<>();
        private final IntList values = new IntList();

        void put(byte[] key, int value) {
            if (key.length > 0) {
                keys.add(key);
                values.add(value);
            }
        }

        ByteTrie build() {
            Integer[] order = new Integer[keys.size()];
            Arrays.setAll(order, i -> i);
            Arrays.sort(order, (a, b) -> Arrays.compareUnsigned(keys.get(a), keys.get(b)));
            byte[][] sortedKeys = new byte[order.length][];
            int[] sortedValues = new int[order.length];
            for (int i = 0; i < order.length; i++) {
                sortedKeys[i] = keys.get(order[i]);
                sortedValues[i] = values.get(order[i]);
            }
            return new ByteTrie(sortedKeys, sortedValues);
        }
    }

    /** Breadth first, a range of the sorted keys for each node: no recursion, however long a key is. */
    private ByteTrie(byte[][] keys, int[] keyValues) {
        values[ROOT] = NONE;
        IntList queue = new IntList();
        queue.add(ROOT);
        queue.add(0);
        queue.add(keys.length);
        queue.add(0);
        for (int head = 0; head < queue.size(); head += 4) {
            int node = queue.get(head);
            int at = queue.get(head + 1);
            int to = queue.get(head + 2);
            int depth = queue.get(head + 3);
            for (; at < to && keys[at].length == depth; at++) {
                if (values[node] == NONE) {
                    values[node] = keyValues[at];
                }
            }
            firstChild[node] = size;
            while (at < to) {
                byte label = keys[at][depth];
                int start = at;
                while (at < to && keys[at][depth] == label) {
                    at++;
                }
                queue.add(newNode(label));
                queue.add(start);
                queue.add(at);
                queue.add(depth + 1);
                childCount[node]++;
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
