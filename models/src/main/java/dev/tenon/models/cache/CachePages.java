package dev.tenon.models.cache;

import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Tensor;

/**
 * The memory of a cache's pages for the layers of one device: every page is here, with some of its layers. Memory that no
 * sequence has written is reserved, not used, where the system works that way: all layers of a page lie together, so that
 * what the first tokens write is a few of the system's pages and not one or more a layer (a fresh page of 2 MiB cost up to
 * 4.5 ms on a virtual machine, 60 of them a third of the time to the first token).
 */
final class CachePages implements AutoCloseable {
    private final CacheShape shape;
    private final int firstLayer;
    private final int layers;
    /** [pages, layers, pageSize, heads, size]. */
    private final Tensor keys;

    private final Tensor values;

    /** @throws dev.tenon.error.OutOfDeviceMemoryException if the device cannot hold them; nothing stays allocated */
    CachePages(Device device, CacheShape shape, int firstLayer, int layers) {
        this.shape = shape;
        this.firstLayer = firstLayer;
        this.layers = layers;
        keys = pages(device, shape.keySize());
        try {
            values = pages(device, shape.valueSize());
        } catch (RuntimeException e) {
            keys.close();
            throw e;
        }
    }

    private Tensor pages(Device device, int size) {
        return Scope.outside(
                () -> Tensor.empty(device, shape.type(), shape.pages(), layers, shape.pageSize(), shape.heads(), size));
    }

    boolean holds(int layer) {
        return layer >= firstLayer && layer < firstLayer + layers;
    }

    Tensor keyPages(int layer) {
        return keys.select(1, layer - firstLayer);
    }

    Tensor valuePages(int layer) {
        return values.select(1, layer - firstLayer);
    }

    Tensor keySlots(int layer) {
        return slots(keys, layer);
    }

    Tensor valueSlots(int layer) {
        return slots(values, layer);
    }

    /** Slots count all layers' positions; starting a layer later makes those of the first layer its own. */
    private Tensor slots(Tensor pages, int layer) {
        long all = (long) shape.pages() * layers * shape.pageSize();
        return pages.reshape(all, shape.heads(), pages.size(4))
                .slice(0, (long) (layer - firstLayer) * shape.pageSize(), all);
    }

    /** Where a position of a page lies in each layer's slots. */
    int slot(int page, int position) {
        return page * layers * shape.pageSize() + position;
    }

    /** Copies a page's keys and values in every layer. */
    void copy(int from, int to) {
        keys.select(0, to).set(keys.select(0, from));
        values.select(0, to).set(values.select(0, from));
    }

    @Override
    public void close() {
        keys.close();
        values.close();
    }
}
