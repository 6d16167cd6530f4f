package dev.tenon.models.cache;

import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Tensor;
import dev.tenon.error.ClosedException;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys and values of many sequences in pages of one pool (Kwon et al. 2023, vLLM). A page holds {@code pageSize}
 * positions of every layer; sequences take pages as they grow, give them back when closed, and share those of a common
 * beginning. Memory that no sequence has written is reserved, not used, where the system works that way.
 *
 * <p>For one thread at a time.
 */
public final class PagedCache implements AutoCloseable {
    private final CacheShape shape;
    private final List<Tensor> keys = new ArrayList<>();
    private final List<Tensor> values = new ArrayList<>();
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
        try {
            for (int i = 0; i < shape.layers(); i++) {
                keys.add(pages(device, shape.keySize()));
                values.add(pages(device, shape.valueSize()));
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private Tensor pages(Device device, int size) {
        return Scope.outside(
                () -> Tensor.empty(device, shape.type(), shape.pages(), shape.pageSize(), shape.heads(), size));
    }

    public CacheShape shape() {
        return shape;
    }

    /** A layer's keys: [pages, pageSize, heads, keySize]. */
    public Tensor keyPages(int layer) {
        return keys.get(layer);
    }

    /** A layer's values: [pages, pageSize, heads, valueSize]. */
    public Tensor valuePages(int layer) {
        return values.get(layer);
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
        for (int i = 0; i < shape.layers(); i++) {
            keys.get(i).select(0, to).set(keys.get(i).select(0, from));
            values.get(i).select(0, to).set(values.get(i).select(0, from));
        }
    }

    /** Frees the memory; its sequences must not be used any more. */
    @Override
    public void close() {
        closed = true;
        keys.forEach(Tensor::close);
        values.forEach(Tensor::close);
    }
}
