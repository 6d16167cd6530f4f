package dev.tenon.kernels.plan;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.op.Quantize;

final class PortableQuantize {
    private PortableQuantize() {}

    static void bind(Quantize op, Work work) {
        Tensor in = op.in();
        Tensor out = op.out();
        Loop rows = Loop.over(in.shape().without(-1), Rows.withoutLast(in.layout()), blockRows(out));
        long blocks = in.size(-1) / out.dtype().blockSize();
        int width = Vectors.width(work, in.dtype());
        work.launch("quantize", "quantize", "TYPE=" + in.dtype() + " QUANT=" + out.dtype() + Vectors.define(width))
                .storage(in)
                .storage(out)
                .loop(rows)
                .value(blocks)
                .value(Rows.step(in))
                .value(PortableDequantize.isWide(rows, 0, in, width) ? 1 : 0)
                .elements(rows.count() * blocks);
    }

    /** A quantized tensor's rows, with strides and offset in blocks. */
    static Layout blockRows(Tensor tensor) {
        DType type = tensor.dtype();
        Layout rows = Rows.withoutLast(tensor.layout());
        long[] strides = rows.strides();
        for (int i = 0; i < strides.length; i++) {
            strides[i] /= type.blockSize();
        }
        Shape shape = rows.shape();
        return Layout.of(shape, strides, rows.offset() / type.blockSize());
    }
}
