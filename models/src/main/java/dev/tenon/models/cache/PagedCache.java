package dev.tenon.models.cache;

import dev.tenon.Device;
import dev.tenon.Tensor;
import dev.tenon.error.ClosedException;
import dev.tenon.error.InvalidArgumentException;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys and values of many sequences in pages of one pool (Kwon et al. 2023, vLLM). A page holds {@code pageSize}
 * positions of every layer, each layer's on its own device; sequences take pages as they grow, give them back when closed,
 * and share those of a common beginning.
 *
 * <p>For one thread at a time.
 */
public final class PagedCache implements AutoCloseable {
    private final CacheShape shape;
    private final List<CachePages> parts = new ArrayList<>();
    private final int[] users;
    private final int[] free;
    private int freeCount;
    private boolean closed;

    /**
     * The layers that one device keeps.
     *
     * @param layers how many, after those of the parts before
     */
    public record Part(Device device, int layers) {}

    /**
     * A cache on one device.
     *
     * @throws dev.tenon.error.OutOfDeviceMemoryException if the device's pool cannot hold it; nothing stays allocated
     */
    public PagedCache(Device device, CacheShape shape) {
        this(List.of(new Part(device, shape.layers())), shape);
    }

    /**
     * A cache whose layers lie on several devices.
     *
     * @throws InvalidArgumentException if the parts do not have the shape's layers together
     * @throws dev.tenon.error.OutOfDeviceMemoryException if a device's pool cannot hold its part; nothing stays allocated
     */
    public PagedCache(List<Part> devices, CacheShape shape) {
        if (devices.stream().mapToInt(Part::layers).sum() != shape.layers()) {
            throw new InvalidArgumentException("cache: " + devices + " do not have " + shape.layers() + " layers");
        }
        this.shape = shape;
        users = new int[shape.pages()];
        free = new int[shape.pages()];
        for (int i = 0; i < free.length; i++) {
            free[i] = free.length - 1 - i;
        }
        freeCount = free.length;
        int layer = 0;
        try {
            for (Part part : devices) {
                if (part.layers() > 0) {
                    parts.add(new CachePages(part.device(), shape, layer, part.layers()));
                }
                layer += part.layers();
            }
        } catch (RuntimeException e) {
            parts.forEach(CachePages::close);
            throw e;
        }
    }

    public CacheShape shape() {
        return shape;
    }

    /** A layer's keys: [pages, pageSize, heads, keySize]. */
    public Tensor keyPages(int layer) {
        return part(layer).keyPages(layer);
    }

    /** A layer's values: [pages, pageSize, heads, valueSize]. */
    public Tensor valuePages(int layer) {
        return part(layer).valuePages(layer);
    }

    /** A layer's keys by {@link CacheSequence#slot}: [slots, heads, keySize]. */
    public Tensor keySlots(int layer) {
        return part(layer).keySlots(layer);
    }

    /** A layer's values by {@link CacheSequence#slot}: [slots, heads, valueSize]. */
    public Tensor valueSlots(int layer) {
        return part(layer).valueSlots(layer);
    }

    CachePages part(int layer) {
        for (CachePages part : parts) {
            if (part.holds(layer)) {
                return part;
            }
        }
        throw new InvalidArgumentException("cache: layer " + layer + " of " + shape.layers());
    }

    /** Pages that no sequence holds. */
    public int freePages() {
        return freeCount;
    }

    /** A new, empty sequence. */
    public CacheSequence open() {
        if (closed) {
            throw new ClosedException("the cache is closed");
        }
        return new CacheSequence(this);
    }

    /**
     * Takes pages, all or none.
     *
     * @throws OutOfPagesException if there are too few
     */
    void take(int[] into, int from, int count) {
        if (closed) {
            throw new ClosedException("the cache is closed");
        }
        if (count > freeCount) {
            throw new OutOfPagesException(count, shape.pages() - freeCount, freeCount, shape.pageSize());
        }
        for (int i = 0; i < count; i++) {
            int page = free[--freeCount];
            users[page] = 1;
            into[from + i] = page;
        }
    }

    void share(int page) {
        users[page]++;
    }

    boolean isShared(int page) {
        return users[page] > 1;
    }

    void release(int page) {
        if (--users[page] == 0) {
            free[freeCount++] = page;
        }
    }

    /** Copies a page's keys and values in every layer. */
    void copy(int from, int to) {
        parts.forEach(part -> part.copy(from, to));
    }

    /** Frees the memory; its sequences must not be used any more. */
    @Override
    public void close() {
        closed = true;
        parts.forEach(CachePages::close);
    }
}
