package dev.tenon.kernels.plan;

import dev.tenon.Tensor;
import dev.tenon.op.Copy;

final class PortableCopy {
    private PortableCopy() {}

    static void bind(Copy op, Work work) {
        copy(op.in(), op.out(), work);
    }

    /** Bit for bit; {@code in} broadcasts to {@code out}. */
    static void copy(Tensor in, Tensor out, Work work) {
        boolean quantized = in.dtype().isQuantized();
        Loop loop = quantized ? Loop.overBlocks(out.shape(), in, out) : Loop.over(out.shape(), in, out);
        String unit = unit(quantized ? 2 : in.dtype().blockBytes());
        work.launch("move", "copy", "UNIT=" + unit + " " + loop.defines())
                .storage(in)
                .storage(out)
                .loop(loop)
                .elements(loop.count());
    }

    /** The kernels' unsigned type of so many bytes. */
    static String unit(int bytes) {
        return "u" + 8 * bytes;
    }
}
