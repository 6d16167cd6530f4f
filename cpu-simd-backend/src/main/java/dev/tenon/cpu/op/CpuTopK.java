package dev.tenon.cpu.op;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.kernel.TopKHeap;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.RowKernel;
import dev.tenon.cpu.plan.RowLoop;
import dev.tenon.cpu.plan.Slot;
import dev.tenon.cpu.plan.Stage;
import dev.tenon.op.TopK;

final class CpuTopK {
    private CpuTopK() {}

    static Runnable bind(TopK op, CpuContext context) {
        Domain domain = Domain.of(op.in().dtype());
        Tensor indices = op.indices();
        DType indexType = indices.dtype();
        int rank = indices.shape().rank();
        int k = Math.toIntExact(indices.size(-1));
        IndexedRows places = new IndexedRows(indices, rank - 1);
        if (k == 0) {
            return () -> {};
        }
        boolean vectors = domain == Domain.F32;
        RowKernel kernel = (at, n, row) -> {
            TopKHeap heap = new TopKHeap(k);
            if (vectors) {
                heap.offerFloats(at[0], n);
            } else {
                heap.offerDoubles(at[0], n);
            }
            heap.sort();
            for (int i = 0; i < k; i++) {
                if (vectors) {
                    OffHeap.setFloat(at[1] + 4L * i, OffHeap.getFloat(at[0] + 4L * heap.index(i)));
                } else {
                    OffHeap.setDouble(at[1] + 8L * i, OffHeap.getDouble(at[0] + 8L * heap.index(i)));
                }
                Stage.setLong(indexType, places.address(row) + i * places.innerStep(), heap.index(i));
            }
        };
        return RowLoop.bind(context.team(), domain, kernel, 4, Slot.in(op.in()), Slot.out(op.values()));
    }
}
