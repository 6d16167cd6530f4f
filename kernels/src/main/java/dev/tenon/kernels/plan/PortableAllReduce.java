package dev.tenon.kernels.plan;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.op.AllReduce;
import dev.tenon.op.ReduceKind;
import dev.tenon.spi.DeviceBuffer;
import java.util.List;

final class PortableAllReduce {
    private PortableAllReduce() {}

    static void bind(AllReduce op, Work work) {
        Tensor first = op.in().getFirst();
        DeviceBuffer sums = sums(op.kind(), op.in(), work);
        for (Tensor out : op.out()) {
            result(op.kind(), op.in().size(), sums, out, Layout.contiguous(first.shape()), work);
        }
    }

    /** The ranks' sums (or whatever {@code kind} makes of them) in row-major order, in the type they are computed in. */
    static DeviceBuffer sums(ReduceKind kind, List<Tensor> in, Work work) {
        Tensor first = in.getFirst();
        Shape shape = first.shape();
        DeviceBuffer sums = work.scratch(shape.elements() * bytes(first.dtype()));
        for (int rank = 0; rank < in.size(); rank++) {
            Tensor tensor = in.get(rank);
            Loop loop = Loop.over(shape, tensor);
            work.launch("all_reduce", "combine_rank", defines(kind, first.dtype(), loop))
                    .storage(tensor)
                    .buffer(sums)
                    .loop(loop)
                    .value(rank == 0 ? 1 : 0)
                    .elements(loop.count());
        }
        return sums;
    }

    /** Writes one rank's result from the sums. */
    static void result(ReduceKind kind, int ranks, DeviceBuffer sums, Tensor out, Layout share, Work work) {
        Loop loop = Loop.over(out.shape(), out);
        work.launch("all_reduce", "combine_result", defines(kind, out.dtype(), loop))
                .storage(out)
                .buffer(sums)
                .loop(loop)
                .value((long) ranks)
                .value(share.offset())
                .elements(loop.count());
    }

    private static String defines(ReduceKind kind, DType type, Loop loop) {
        return "TYPE=" + type + " FUNCTION=" + kind + " " + loop.defines();
    }

    /** Bytes of an element of the type that sums are computed in. */
    private static int bytes(DType type) {
        return type == DType.F64 || type.isInteger() ? Long.BYTES : Float.BYTES;
    }
}
