package dev.tenon.kernels.plan;

import dev.tenon.Layout;
import dev.tenon.op.CacheWrite;

final class PortableCacheWrite {
    private PortableCacheWrite() {}

    static void bind(CacheWrite op, Work work) {
        boolean quantized = op.cache().dtype().isQuantized();
        int block = op.cache().dtype().blockSize();
        Layout rows = op.rows().layout();
        Layout slots = op.slots().layout();
        Layout cache = op.cache().layout();
        long n = op.rows().size(0);
        long heads = op.rows().size(1);
        long size = op.rows().size(2);
        long[] fields = {
            n,
            heads,
            size,
            op.cache().size(0),
            rows.offset(),
            rows.stride(0),
            rows.stride(1),
            rows.stride(2),
            slots.offset(),
            slots.stride(0),
            cache.offset() / block,
            cache.stride(0) / block,
            cache.stride(1) / block,
            cache.stride(2)
        };
        work.launch(
                        "cache_write",
                        "cache_write",
                        "TYPE=" + op.rows().dtype() + " INDEX=" + op.slots().dtype()
                                + (quantized ? " QUANT" : " CACHE=" + op.cache().dtype()))
                .storage(op.rows())
                .storage(op.slots())
                .storage(op.cache())
                .fields(fields)
                .elements(n * heads * (size / block));
    }
}
