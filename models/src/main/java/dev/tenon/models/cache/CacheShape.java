package dev.tenon.models.cache;

import dev.tenon.DType;
import dev.tenon.error.DTypeException;
import dev.tenon.error.InvalidArgumentException;
import java.util.List;

/**
 * The size of a cache.
 *
 * @param layers layers that keep keys and values
 * @param heads key and value heads a layer
 * @param keySize elements of a key head
 * @param valueSize elements of a value head
 * @param type of the elements: F32, F16, BF16 or Q8_0
 * @param pageSize positions a page
 * @param pages pages in all
 * @param sequencePages the most pages that one sequence may have
 */
public record CacheShape(
        int layers, int heads, int keySize, int valueSize, DType type, int pageSize, int pages, int sequencePages) {
    /**
     * @throws InvalidArgumentException if a size is not positive, or there are more slots than an I32 counts
     * @throws DTypeException if the type is none of the four, or its blocks do not divide a head
     */
    public CacheShape {
        int least = Math.min(
                Math.min(Math.min(layers, heads), Math.min(keySize, valueSize)),
                Math.min(Math.min(pageSize, pages), sequencePages));
        if (least < 1) {
            throw new InvalidArgumentException("cache: every size must be positive");
        }
        if ((long) layers * pageSize * pages > Integer.MAX_VALUE) {
            throw new InvalidArgumentException("cache: " + (long) pageSize * pages + " positions of " + layers
                    + " layers are more than 2^31 - 1 slots");
        }
        if (type != DType.F32 && type != DType.F16 && type != DType.BF16 && type != DType.Q8_0) {
            throw new DTypeException("cache", "keeps F32, F16, BF16 or Q8_0", List.of(type));
        }
        if (keySize % type.blockSize() != 0 || valueSize % type.blockSize() != 0) {
            throw new DTypeException(
                    "cache", "heads of " + keySize + " and " + valueSize + " are not whole blocks", List.of(type));
        }
    }

    /** Bytes that the whole cache takes. */
    public long bytes() {
        return Math.multiplyExact(layerBytes(), (long) layers);
    }

    /** Bytes that one layer takes. */
    public long layerBytes() {
        long position = Math.multiplyExact((long) heads, type.bytes(keySize) + type.bytes(valueSize));
        return Math.multiplyExact(position, (long) pageSize * pages);
    }
}
