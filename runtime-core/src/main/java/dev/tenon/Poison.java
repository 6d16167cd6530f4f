package dev.tenon;

import dev.tenon.memory.HostBuffer;
import dev.tenon.op.Op;

/** Marks the outputs of a failed operator so that half-written values cannot pass for results. */
final class Poison {
    private Poison() {}

    /** Sets every byte of the outputs' memory: all bits set is NaN in each float type. */
    static void fill(Op op) {
        for (Tensor out : op.outputs()) {
            if (out.layout().isContiguous() && out.storage().buffer instanceof HostBuffer host) {
                long from = out.dtype().bytes(out.layout().offset());
                long bytes = out.dtype().bytes(out.shape().elements());
                host.segment().asSlice(from, bytes).fill((byte) 0xFF);
            }
        }
    }
}
