package dev.tenon.kernels.cuda;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.Tensor;
import java.util.List;
import java.util.Optional;

/** Attention of many queries on Hopper's warpgroups: attention_hopper.h. */
final class HopperAttention {
    private static final int ROWS = 128;
    private static final int KEYS = 128;
    private static final int STAGES = 2;
    private static final int THREADS = 384;
    /** Elements of a line of a box: 128 bytes. */
    private static final int SLAB = 64;
    /** Queries from which a tile of {@link #ROWS} is not mostly empty. */
    private static final int FEWEST_QUERIES = 64;

    private HopperAttention() {}

    /** Empty where the kernels for sm_80 serve; operands are aligned already. */
    static Optional<CudaPlan> plan(AttentionOperands operands, CudaTraits device) {
        int head = operands.headSize();
        Tensor query = operands.query();
        boolean plain = operands.mask() == null && operands.lengths() == null && operands.table() == null;
        long pairs = query.size(0) * query.size(1);
        int shared = (1 + 2 * STAGES) * KEYS * head * DType.F16.blockBytes()
                + (1 + 4 * STAGES) * Long.BYTES
                + 1024; // tiles start on a multiple of it
        if (!device.isHopper()
                || !plain
                || head != 64 && head != 128
                || query.size(2) < FEWEST_QUERIES
                || pairs > CudaLaunch.MOST_BLOCKS_YZ
                || shared > device.sharedBytes()
                || !addressable(query)
                || !addressable(operands.key())
                || !addressable(operands.value())) {
            return Optional.empty();
        }
        String name = "attention_hopper_" + (query.dtype() == DType.BF16 ? "bf16_" : "f16_") + head;
        return Optional.of(CudaPlan.Launches.of(new CudaLaunch(
                CudaKernel.hopper("attention_hopper", name),
                List.of(
                        map(query),
                        map(operands.key()),
                        map(operands.value()),
                        operands.memory(operands.out()),
                        operands.memory(operands.sums()),
                        new CudaArgument.Fields(operands.shape(1)),
                        CudaArgument.of(operands.parameters().scale()),
                        CudaArgument.of(operands.parameters().softCap())),
                Math.ceilDiv(query.size(2), (long) ROWS),
                pairs,
                1,
                THREADS,
                shared)));
    }

    /** Whether positions fit into 32 bits, and strides into a tensor map: none of an axis that is passed may be 0. */
    private static boolean addressable(Tensor tensor) {
        boolean fits = tensor.size(2) > 0 && tensor.size(2) <= Integer.MAX_VALUE - KEYS;
        for (int axis = 0; axis < 3; axis++) {
            long stride = tensor.layout().stride(axis);
            fits &= tensor.size(axis) == 1 || stride > 0 && stride < 1L << 39;
        }
        return fits;
    }

    /** Elements, positions, heads, batch rows; a box has a line of 64 elements of 128 positions. */
    private static CudaArgument map(Tensor tensor) {
        Layout layout = tensor.layout();
        return new CudaArgument.Map(
                tensor.buffer(),
                new TensorMap(
                        tensor.dtype() == DType.BF16,
                        2 * layout.offset(),
                        List.of(tensor.size(3), tensor.size(2), tensor.size(1), tensor.size(0)),
                        List.of(stride(tensor, 2), stride(tensor, 1), stride(tensor, 0)),
                        List.of(SLAB, ROWS, 1, 1)));
    }

    /** In bytes; of an axis that is not passed, any that is allowed. */
    private static long stride(Tensor tensor, int axis) {
        return 2 * (tensor.size(axis) == 1 ? tensor.size(3) : tensor.layout().stride(axis));
    }
}
