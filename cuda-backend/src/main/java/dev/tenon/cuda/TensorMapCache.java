package dev.tenon.cuda;

import dev.tenon.kernels.cuda.TensorMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The tensor maps that launches were given last, since the driver takes longer to encode one than it takes to find it. A map holds an
 * address, a type, sizes, strides and a box, and the driver keeps nothing of it: one that is found here is what the driver would write
 * again, also when memory at its address was given back and handed out anew. So nothing has to be dropped; what is not used gives way to
 * others. For one thread at a time.
 */
final class TensorMapCache {
    /** Of a map, which starts on a multiple of 64. */
    static final int BYTES = 128;

    static final int ALIGNMENT = 64;

    private static final int SETS = 64;
    /** Maps whose keys have the same set; the oldest gives way. */
    private static final int WAYS = 4;

    /** Address, type and axes; then sizes, strides and box of up to five axes. */
    private static final int KEY = 2 + 5 + 4 + 5;

    private final Arena arena;
    private final long[] wanted = new long[KEY];
    private @Nullable MemorySegment maps;
    /** KEY numbers a map; an address of 0 where there is none. */
    private long[] keys = {};

    private final byte[] oldest = new byte[SETS];

    /** @param arena that the maps are in */
    TensorMapCache(Arena arena) {
        this.arena = arena;
    }

    /**
     * Writes a map.
     *
     * @param pointer where its first element lies
     */
    void write(Driver driver, TensorMap map, long pointer, MemorySegment to, long offset) {
        MemorySegment encoded = maps;
        if (encoded == null) {
            encoded = arena.allocate((long) SETS * WAYS * BYTES, ALIGNMENT);
            keys = new long[SETS * WAYS * KEY];
            maps = encoded;
        }
        MemorySegment.copy(encoded, find(driver, map, pointer, encoded) * (long) BYTES, to, offset, BYTES);
    }

    private int find(Driver driver, TensorMap map, long pointer, MemorySegment encoded) {
        int set = describe(map, pointer);
        for (int slot = set * WAYS; slot < (set + 1) * WAYS; slot++) {
            if (Arrays.equals(keys, slot * KEY, (slot + 1) * KEY, wanted, 0, KEY)) {
                return slot;
            }
        }
        int slot = set * WAYS + oldest[set];
        // Until it is encoded it is nobody's.
        keys[slot * KEY] = 0;
        driver.encodeTensorMap(encoded.address() + (long) slot * BYTES, map, pointer);
        System.arraycopy(wanted, 0, keys, slot * KEY, KEY);
        oldest[set] = (byte) ((oldest[set] + 1) % WAYS);
        return slot;
    }

    /** Writes the key, and says in which set it lies. */
    private int describe(TensorMap map, long pointer) {
        Arrays.fill(wanted, 0);
        int rank = map.sizes().size();
        wanted[0] = pointer;
        wanted[1] = 4 * rank + map.element().ordinal();
        for (int axis = 0; axis < rank; axis++) {
            wanted[2 + axis] = map.sizes().get(axis);
            wanted[11 + axis] = map.box().get(axis);
            if (axis > 0) {
                wanted[6 + axis] = map.strideBytes().get(axis - 1);
            }
        }
        long hash = 0;
        for (long number : wanted) {
            hash = (hash + number) * 0x9E3779B97F4A7C15L;
        }
        return (int) (hash >>> 58);
    }
}
