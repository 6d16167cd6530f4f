package dev.tenon.kernels.plan;

import dev.tenon.Tensor;
import dev.tenon.op.Dequantize;

final class PortableDequantize {
    private PortableDequantize() {}

    static void bind(Dequantize op, Work work) {
        Tensor in = op.in();
        Tensor out = op.out();
        Loop rows = Loop.over(in.shape().without(-1), PortableQuantize.blockRows(in), Rows.withoutLast(out.layout()));
        long parts = in.size(-1) / 32;
        int width = Vectors.width(work, out.dtype());
        work.launch("quantize", "dequantize", "TYPE=" + out.dtype() + " QUANT=" + in.dtype() + Vectors.define(width))
                .storage(in)
                .storage(out)
                .loop(rows)
                .value(parts)
                .value(Rows.step(out))
                .value(isWide(rows, 1, out, width) ? 1 : 0)
                .elements(rows.count() * parts);
    }

    /** Whether the plain operand, whose lines are whole blocks, can be taken {@code width} elements at a time. */
    static boolean isWide(Loop rows, int operand, Tensor plain, int width) {
        return Rows.step(plain) == 1 && rows.isAligned(operand, Vectors.alignment(plain.dtype(), width));
    }
}
