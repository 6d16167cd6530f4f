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
        work.launch("quantize", "dequantize", "TYPE=" + out.dtype() + " QUANT=" + in.dtype())
                .storage(in)
                .storage(out)
                .loop(rows)
                .value(parts)
                .value(Rows.step(out))
                .elements(rows.count() * parts);
    }
}
