package dev.tenon.kernels.cuda;

import dev.tenon.DType;
import dev.tenon.Tensor;
import java.util.List;
import java.util.Optional;

/** Tensors of heads, [batch, heads, positions, head size] or pages of them, as Hopper's bulk copies see them: head_group.h. */
final class HopperHeads {
    /** Elements of a line of a box: 128 bytes. */
    static final int SLAB = 64;

    static final int THREADS = 384;
    /** Tiles start on a multiple of it. */
    static final int ALIGNMENT = 1024;
    /** Past the last position that a tile begins at. */
    private static final int ROOM = 1024;

    private HopperHeads() {}

    /** Elements of a head in shared memory: whole slabs, two of them or four. */
    static int width(int head) {
        return head <= SLAB ? SLAB : head <= 2 * SLAB ? 2 * SLAB : 4 * SLAB;
    }

    /** Bytes of a tile of so many lines. */
    static int bytes(int lines, int head) {
        return lines * width(head) * DType.F16.blockBytes();
    }

    /** Why a tensor map cannot say where a tensor is: coordinates have 32 bits, and no axis that is passed has stride 0. */
    static Optional<String> whyNot(String name, Tensor tensor) {
        for (int axis = 0; axis < 3; axis++) {
            if (tensor.size(axis) == 0) {
                return Optional.of(name + " is empty");
            }
            if (tensor.size(axis) > Integer.MAX_VALUE - ROOM) {
                return Optional.of(name + " has more than a bulk copy counts along axis " + axis);
            }
            long stride = tensor.layout().stride(axis);
            if (tensor.size(axis) > 1 && (stride <= 0 || stride >= 1L << 39)) {
                return Optional.of(name + " has a stride of " + stride + " elements, which no tensor map has");
            }
        }
        return Optional.empty();
    }

    /** Elements, positions, heads, batch rows; a box has so many lines of 64 elements. */
    static CudaArgument map(Tensor tensor, int lines) {
        return map(tensor, lines, 2, 1);
    }

    /** Of pages, [pages, slots, heads, head size]: elements, slots, heads, pages. */
    static CudaArgument pages(Tensor tensor, int lines) {
        return map(tensor, lines, 1, 2);
    }

    private static CudaArgument map(Tensor tensor, int lines, int second, int third) {
        return new CudaArgument.Map(
                tensor.buffer(),
                new TensorMap(
                        TensorMap.Element.of(tensor.dtype()),
                        2 * tensor.layout().offset(),
                        List.of(tensor.size(3), tensor.size(second), tensor.size(third), tensor.size(0)),
                        List.of(stride(tensor, second), stride(tensor, third), stride(tensor, 0)),
                        List.of(SLAB, lines, 1, 1)));
    }

    /** In bytes; of an axis that is not passed, any that is allowed. */
    private static long stride(Tensor tensor, int axis) {
        return 2 * (tensor.size(axis) == 1 ? tensor.size(3) : tensor.layout().stride(axis));
    }
}
