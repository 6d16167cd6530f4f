package dev.tenon.kernels.plan;

import dev.tenon.Tensor;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.UnsupportedOpException;
import dev.tenon.op.CustomImplementation;
import dev.tenon.op.CustomImplementation.HostMethod;
import dev.tenon.op.CustomImplementation.KernelLaunch;
import dev.tenon.op.CustomImplementation.KernelSource;
import dev.tenon.op.CustomOp;
import java.util.List;

/** A user's own kernel, from its source. */
final class PortableCustomOp {
    private PortableCustomOp() {}

    static void bind(CustomOp op, Work work) {
        String backend = work.device().backend();
        CustomImplementation implementation = op.kernel()
                .implementation(backend)
                .orElseThrow(() -> new UnsupportedOpException(op.name(), backend, "no implementation for it"));
        switch (implementation) {
            case HostMethod _ ->
                throw new UnsupportedOpException(op.name(), backend, "its implementation is no kernel source");
            case KernelSource source -> launch(op, source, source.plan().launch(op.inputs(), op.outputs()), work);
        }
    }

    private static void launch(CustomOp op, KernelSource source, KernelLaunch planned, Work work) {
        checkRange(op, planned, work.device().largestGroup());
        Launch launch = work.launchSource(source.source(), source.kernel());
        for (Object argument : planned.arguments()) {
            switch (argument) {
                case Tensor tensor -> launch.storage(operand(op, tensor));
                case Integer value -> launch.value((int) value);
                case Long value -> launch.value((long) value);
                case Float value -> launch.value((float) value);
                case Double value -> launch.value((double) value);
                default ->
                    throw new InvalidArgumentException(op.name() + ": a kernel takes no argument of type "
                            + argument.getClass().getName());
            }
        }
        launch.range(
                groups(planned),
                planned.local().stream().mapToLong(Long::longValue).toArray());
    }

    private static long[] groups(KernelLaunch planned) {
        long[] groups = new long[planned.global().size()];
        for (int axis = 0; axis < groups.length; axis++) {
            groups[axis] = planned.global().get(axis) / planned.local().get(axis);
        }
        return groups;
    }

    /** Only operands are held until the kernel is done. */
    private static Tensor operand(CustomOp op, Tensor tensor) {
        if (!holds(op.inputs(), tensor) && !holds(op.outputs(), tensor)) {
            throw new InvalidArgumentException(op.name() + ": an argument is a tensor that is no operand");
        }
        return tensor;
    }

    private static boolean holds(List<Tensor> operands, Tensor tensor) {
        return operands.stream().anyMatch(operand -> operand.buffer() == tensor.buffer());
    }

    private static void checkRange(CustomOp op, KernelLaunch launch, int largestGroup) {
        int axes = launch.global().size();
        boolean fits = axes >= 1 && axes <= 3 && launch.local().size() == axes;
        long items = 1;
        for (int axis = 0; fits && axis < axes; axis++) {
            long local = launch.local().get(axis);
            items *= Math.max(1, local);
            fits = local > 0
                    && launch.global().get(axis) >= 0
                    && launch.global().get(axis) % local == 0;
        }
        if (!fits) {
            throw new InvalidArgumentException(op.name() + ": global sizes " + launch.global()
                    + " must be 1 to 3 multiples of the local sizes " + launch.local());
        }
        if (items > largestGroup) {
            throw new InvalidArgumentException(
                    op.name() + ": a work group of " + items + " items; the device has " + largestGroup + " at most");
        }
    }
}
