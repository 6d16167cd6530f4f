package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * Rows written into a key/value cache, converted or quantized on the way: row i goes to {@code cache[slots[i]]}. Other
 * rows of the cache stay. A negative slot skips its row; a slot past the end is an error (on a device that cannot raise
 * one, the row is skipped).
 *
 * @param rows [n, heads, size], F32, F16 or BF16
 * @param slots [n], I32 or I64; no two the same
 * @param cache [slots, heads, size], F32, F16, BF16 or Q8_0; paged caches are passed with pages and slots as one axis
 */
public record CacheWrite(Tensor rows, Tensor slots, Tensor cache) implements Op {
    @Override
    public List<Tensor> inputs() {
        return List.of(rows, slots, cache);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(cache);
    }
}
