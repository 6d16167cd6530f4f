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
        copy(in, out, loop, quantized ? 2 : in.dtype().blockBytes(), work);
    }

    /** Elements of so many bytes, by a loop over both. */
    static void copy(Tensor in, Tensor out, Loop loop, int bytes, Work work) {
        Units units = Units.of(work, loop, bytes, 0b11, 2);
        work.launch("move", "copy", units.defines())
                .storage(in)
                .storage(out)
                .loop(units.loop())
                .elements(units.items());
    }

    /** The kernels' unsigned type of so many bytes. */
    static String unit(int bytes) {
        return "u" + 8 * bytes;
    }
}
