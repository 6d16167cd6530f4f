package dev.tenon.kernels.plan;

import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Tensors seen as rows along their last axis, one work group each: the loop over the rows, and the steps within one. */
final class Rows {
    private Rows() {}

    /** Over the rows: operands of {@code shape}'s rank come without their last axis, others as they are. */
    static Loop over(Shape shape, Tensor... tensors) {
        Layout[] layouts = new Layout[tensors.length];
        for (int i = 0; i < tensors.length; i++) {
            layouts[i] =
                    tensors[i].shape().rank() == shape.rank() ? withoutLast(tensors[i].layout()) : tensors[i].layout();
        }
        return Loop.over(shape.without(-1), layouts);
    }

    /** The stride along the last axis, in elements. */
    static long step(Tensor tensor) {
        return tensor.layout().stride(-1);
    }

    /** Where a vector's elements begin; 0 for one that is absent. */
    static long base(@Nullable Tensor vector) {
        return vector == null ? 0 : vector.layout().offset();
    }

    /** A vector's stride; 0 for one that is absent. */
    static long stepOf(@Nullable Tensor vector) {
        return vector == null ? 0 : vector.layout().stride(0);
    }

    /** A name with a space before it if the operand is there: a macro for the kernel. */
    static String define(@Nullable Tensor operand, String name) {
        return operand == null ? "" : " " + name;
    }

    /** The operand, or a storage to stand in for it where the kernel does not look. */
    static Tensor orElse(@Nullable Tensor operand, Tensor other) {
        return operand == null ? other : operand;
    }

    static Layout withoutLast(Layout layout) {
        Shape shape = layout.shape();
        if (shape.size(-1) > 0) {
            return layout.select(-1, 0);
        }
        long[] strides = Arrays.copyOf(layout.strides(), shape.rank() - 1);
        return Layout.of(shape.without(-1), strides, layout.offset());
    }
}
