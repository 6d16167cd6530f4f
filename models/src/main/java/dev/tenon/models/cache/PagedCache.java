package dev.tenon.models.cache;

import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Tensor;
import dev.tenon.error.ClosedException;

/**
 * Keys and values of many sequences in pages of one pool (Kwon et al. 2023, vLLM). A page holds {@code pageSize}
 * positions of every layer; sequences take pages as they grow, give them back when closed, and share those of a common
 * beginning. Memory that no sequence has written is reserved, not used, where the system works that way: all layers of a
 * page lie together, so that what the first tokens write is a few of the system's pages and not one or more a layer
 * (a fresh page of 2 MiB cost up to 4.5 ms on a virtual machine, 60 of them a third of the time to the first token).
 *
 * <p>For one thread at a time.
 */
public final class PagedCache implements AutoCloseable {
    private final CacheShape shape;
    /** [pages, layers, pageSize, heads, size]. */
    private final Tensor keys;

    private final Tensor values;
    private final int[] users;
    private final int[] free;
    private int freeCount;
    private boolean closed;

    /**
     * @throws dev.tenon.error.OutOfDeviceMemoryException if the device's pool cannot hold it; nothing stays allocated
     */
    public PagedCache(Device device, CacheShape shape) {
        this.shape = shape;
        users = new int[shape.pages()];
        free = new int[shape.pages()];
        for (int i = 0; i < free.length; i++) {
            free[i] = free.length - 1 - i;
        }
        freeCount = free.length;
        keys = pages(device, shape.keySize());
        try {
            values = pages(device, shape.valueSize());
        } catch (RuntimeException e) {
            keys.close();
            throw e;
        }
    }

    private Tensor pages(Device device, int size) {
        return Scope.outside(() -> Tensor.empty(
                device, shape.type(), shape.pages(), shape.layers(), shape.pageSize(), shape.heads(), size));
    }

    public CacheShape shape() {
        return shape;
    }

    /** A layer's keys: [pages, pageSize, heads, keySize]. */
    public Tensor keyPages(int layer) {
        return keys.select(1, layer);
    }

    /** A layer's values: [pages, pageSize, heads, valueSize]. */
    public Tensor valuePages(int layer) {
        return values.select(1, layer);
    }

    /** A layer's keys by {@link CacheSequence#slot}: [slots, heads, keySize]. */
    public Tensor keySlots(int layer) {
        return slots(keys, layer);
    }

    /** A layer's values by {@link CacheSequence#slot}: [slots, heads, valueSize]. */
    public Tensor valueSlots(int layer) {
        return slots(values, layer);
    }

    /** Slots count all layers' positions; starting a layer later makes those of the first layer its own. */
    private Tensor slots(Tensor pages, int layer) {
        long all = (long) shape.pages() * shape.layers() * shape.pageSize();
        return pages.reshape(all, shape.heads(), pages.size(4)).slice(0, (long) layer * shape.pageSize(), all);
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
        keys.select(0, to).set(keys.select(0, from));
        values.select(0, to).set(values.select(0, from));
    }

    /** Frees the memory; its sequences must not be used any more. */
    @Override
    public void close() {
        closed = true;
        keys.close();
        values.close();
    }
}
