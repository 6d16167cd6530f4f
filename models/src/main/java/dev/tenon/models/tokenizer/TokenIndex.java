package dev.tenon.models.tokenizer;

import java.util.Arrays;

/** Finds a token by its bytes inside a buffer, without making an object. Open addressing, at most half full. */
final class TokenIndex {
    private final int[] slots;
    private final byte[][] keys;
    private final int[] values;
    private final int mask;
    private int size;
    private int longest;

    TokenIndex(int capacity) {
        int length = Integer.highestOneBit(Math.max(8, capacity) * 2 - 1) << 1;
        slots = new int[length];
        mask = length - 1;
        keys = new byte[capacity][];
        values = new int[capacity];
    }

    /** Adds a key; the first value of a key stays. At most as many as the capacity. */
    void put(byte[] key, int value) {
        int slot = slotOf(key, 0, key.length);
        if (slots[slot] == 0) {
            keys[size] = key;
            values[size] = value;
            slots[slot] = ++size;
            longest = Math.max(longest, key.length);
        }
    }

    /** The value of the bytes, or -1. */
    int find(byte[] bytes, int from, int length) {
        if (length > longest) {
            return -1;
        }
        int entry = slots[slotOf(bytes, from, length)];
        return entry == 0 ? -1 : values[entry - 1];
    }

    private int slotOf(byte[] bytes, int from, int length) {
        int hash = 0x811C9DC5;
        for (int i = from; i < from + length; i++) {
            hash = (hash ^ bytes[i]) * 0x01000193;
        }
        int slot = (hash ^ (hash >>> 15)) & mask;
        while (slots[slot] != 0) {
            byte[] key = keys[slots[slot] - 1];
            if (Arrays.equals(key, 0, key.length, bytes, from, from + length)) {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}
