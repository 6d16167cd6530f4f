package dev.tenon.kernels.plan;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.op.Gather;
import java.util.Arrays;

final class PortableGather {
    private PortableGather() {}

    static void bind(Gather op, Work work) {
        if (op.table().dtype().isQuantized()) {
            blocks(op, work);
            return;
        }
        Tensor table = op.table();
        DType type = table.dtype();
        Shape shape = op.out().shape();
        int indexAxes = op.indices().shape().rank();
        Loop loop = Loop.over(
                shape,
                withStrides(shape, table.layout(), 1, indexAxes),
                indices(shape, op.indices().layout()),
                op.out().layout());
        Units units = units(work, loop, table);
        long missing = type.isFloat() ? PortableFill.bits(type, Double.NaN) : 0;
        work.launch(
                        "gather",
                        "gather",
                        units.defines() + " INDEX=" + op.indices().dtype())
                .storage(table)
                .storage(op.indices())
                .storage(op.out())
                .loop(units.loop())
                .value(table.size(0))
                .value(table.layout().stride(0) / units.factor())
                .value(Units.repeated(missing, type.blockBytes()))
                .elements(units.items());
    }

    /** Wider ones only where every row of the table begins on a multiple of them. */
    private static Units units(Work work, Loop loop, Tensor table) {
        int bytes = table.dtype().blockBytes();
        long rowBytes = table.layout().stride(0) * bytes;
        return rowBytes % work.setting(Setting.VECTOR_BYTES) == 0
                ? Units.of(work, loop, bytes, 0b101, 3)
                : Units.narrow(work, loop, bytes);
    }

    /** The indices' layout over {@code shape}, which repeats them along its further axes. */
    static Layout indices(Shape shape, Layout indices) {
        long[] strides = Arrays.copyOf(indices.strides(), shape.rank());
        return Layout.of(shape, strides, indices.offset());
    }

    /** A layout's axes from {@code from} on as the last of {@code shape}'s, of which the first {@code lead} repeat it. */
    static Layout withStrides(Shape shape, Layout layout, int from, int lead) {
        long[] strides = new long[shape.rank()];
        System.arraycopy(layout.strides(), from, strides, lead, strides.length - lead);
        return Layout.of(shape, strides, layout.offset());
    }

    private static void blocks(Gather op, Work work) {
        Tensor table = op.table();
        DType type = table.dtype();
        Loop loop = Loop.over(
                op.indices().shape(),
                op.indices().layout(),
                Rows.withoutLast(op.out().layout()));
        long parts = table.size(-1) / 32;
        int width = Vectors.width(work, op.out().dtype());
        work.launch(
                        "gather",
                        "gather_blocks",
                        "QUANT=" + type + " TYPE=" + op.out().dtype() + " INDEX="
                                + op.indices().dtype() + " OPERANDS=2" + Vectors.define(width))
                .storage(table)
                .storage(op.indices())
                .storage(op.out())
                .loop(loop)
                .value(table.size(0))
                .value(table.layout().stride(0) / type.blockSize())
                .value(table.layout().offset() / type.blockSize())
                .value(parts)
                .value(Rows.step(op.out()))
                .value(PortableDequantize.isWide(loop, 1, op.out(), width) ? 1 : 0)
                .elements(loop.count() * parts);
    }
}
