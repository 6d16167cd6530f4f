package dev.tenon.cpu.op;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.Indices;
import dev.tenon.cpu.plan.Scratch;
import dev.tenon.cpu.plan.Slot;
import dev.tenon.cpu.plan.Stage;
import dev.tenon.cpu.quant.Blocks;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.op.CacheWrite;

/** Slots are checked before a row is written, so an error leaves the cache as it was. */
final class CpuCacheWrite {
    private CpuCacheWrite() {}

    static Runnable bind(CacheWrite op, CpuContext context) {
        Tensor rows = op.rows();
        Tensor cache = op.cache();
        Indices slots = new Indices(op.slots());
        long end = cache.size(0);
        long count = rows.size(0);
        long heads = rows.size(1);
        int width = Math.toIntExact(rows.size(2));
        DType from = rows.dtype();
        DType to = cache.dtype();
        long inner = rows.layout().stride(2) * from.blockBytes();
        long cacheInner = cache.layout().stride(2) * to.blockBytes();
        return () -> {
            for (long i = 0; i < count; i++) {
                if (slots.get(i) >= end) {
                    throw new InvalidArgumentException(
                            "cacheWrite: slot " + slots.get(i) + " of row " + i + " is past the cache's " + end);
                }
            }
            RowTasks.run(context.team(), count, 2L * heads * width, i -> {
                long slot = slots.get(i);
                if (slot < 0) {
                    return;
                }
                for (long h = 0; h < heads; h++) {
                    long source = address(rows, i, h);
                    long target = address(cache, slot, h);
                    if (to.isQuantized()) {
                        Blocks.quantize(from, source, inner, to, target, width);
                    } else {
                        convert(from, source, inner, to, target, cacheInner, width);
                    }
                }
            });
        };
    }

    private static long address(Tensor tensor, long row, long head) {
        long element = tensor.layout().offset()
                + row * tensor.layout().stride(0)
                + head * tensor.layout().stride(1);
        return Slot.storage(tensor)
                + element / tensor.dtype().blockSize() * tensor.dtype().blockBytes();
    }

    private static void convert(DType from, long source, long step, DType to, long target, long targetStep, int width) {
        long tile = Scratch.current().tile(0);
        for (int done = 0; done < width; done += Scratch.TILE) {
            int n = Math.min(Scratch.TILE, width - done);
            Stage.load(Domain.F32, from, source + done * step, step, tile, n);
            Stage.store(Domain.F32, to, tile, target + done * targetStep, targetStep, n);
        }
    }
}
