package dev.tenon.cuda.op;

import dev.tenon.Tensor;
import dev.tenon.kernels.cuda.CudaLaunch;
import dev.tenon.kernels.plan.DeviceTraits;
import dev.tenon.kernels.plan.Launch;
import dev.tenon.op.CustomOp;
import dev.tenon.op.Op;
import dev.tenon.spi.DeviceBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How many blocks a launch may have along each axis. No operator comes to more blocks than one of its tensors has elements, so only
 * those with very large ones need be looked at.
 */
public final class GridLimits {
    private static final long[] MOST = {Integer.MAX_VALUE, 65535, 65535};

    /** Scratch memory that nobody touches. */
    private record NoMemory(long bytes) implements DeviceBuffer {
        @Override
        public void close() {}
    }

    private GridLimits() {}

    /** The most blocks along an axis. */
    public static long most(int axis) {
        return MOST[axis];
    }

    /** Why an operator's launches do not fit; empty if they do. It is supported otherwise. */
    static Optional<String> whyTooLarge(Op op, DeviceTraits device, TensorCores tensorCores) {
        // How a user's own kernel is launched is the user's to know, when it is.
        if (op instanceof CustomOp || !isLarge(op.inputs()) && !isLarge(op.outputs())) {
            return Optional.empty();
        }
        try (CudaWork work = new CudaWork(device, tensorCores, BlasProducts.NONE, NoMemory::new)) {
            CudaDispatch.bind(op, work);
            return work.steps().stream().flatMap(GridLimits::whyTooLarge).findFirst();
        }
    }

    private static boolean isLarge(List<Tensor> tensors) {
        for (Tensor tensor : tensors) {
            if (tensor.shape().elements() > Integer.MAX_VALUE) {
                return true;
            }
        }
        return false;
    }

    private static Stream<String> whyTooLarge(Step step) {
        return switch (step) {
            case Step.Portable(Launch launch) -> whyTooLarge(launch.groups());
            case Step.TensorCore(CudaLaunch launch, var _) ->
                whyTooLarge(launch.gridX(), launch.gridY(), launch.gridZ());
            case Step.Library _, Step.Zeros _ -> Stream.empty();
        };
    }

    private static Stream<String> whyTooLarge(long... blocks) {
        for (int axis = 0; axis < blocks.length; axis++) {
            if (blocks[axis] > MOST[axis]) {
                return Stream.of("it comes to " + blocks[axis] + " blocks; a grid has " + MOST[axis] + " at most");
            }
        }
        return Stream.empty();
    }
}
