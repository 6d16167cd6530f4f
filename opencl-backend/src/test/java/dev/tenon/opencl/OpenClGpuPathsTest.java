package dev.tenon.opencl;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.conformance.ConformanceSuite;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.OpCases;
import dev.tenon.op.ArgReduce;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionBackward;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;
import dev.tenon.op.PagedAttention;
import dev.tenon.op.Reduce;
import dev.tenon.op.RmsNorm;
import dev.tenon.op.Softmax;
import dev.tenon.op.TopK;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The kernels that GPUs get, where they differ from those for CPUs, run on whatever device there is. */
class OpenClGpuPathsTest extends ConformanceSuite {
    /** Where groups have tiles, rows or sums. */
    private static final Set<Class<? extends Op>> DIFFERENT = Set.of(
            Matmul.class,
            Attention.class,
            AttentionBackward.class,
            PagedAttention.class,
            Reduce.class,
            ArgReduce.class,
            TopK.class,
            Softmax.class,
            RmsNorm.class);

    private static final Set<DType> TYPES = Set.of(DType.F32, DType.I32, DType.Q8_0, DType.Q4_K);

    private static final List<OpCase> CASES =
            OpCases.all().stream().filter(OpenClGpuPathsTest::differs).toList();

    @Override
    protected String deviceName() {
        return OpenClBackend.NAME;
    }

    @Override
    protected Optional<Device> openDevice() {
        return OpenDevices.asGpu().map(device -> new Device(device, Configuration.DEFAULT));
    }

    /** Only these: what else the suite asks of a device does not depend on how kernels share work. */
    @Override
    protected List<OpCase> cases() {
        return CASES;
    }

    /** Of the rest other types differ in what is read and written only, which the suite for the device itself covers. */
    private static boolean differs(OpCase test) {
        // Those that are wide are there for items that have several elements, which is what a CPU's have not.
        return test.name().startsWith("wide ")
                || DIFFERENT.contains(test.op())
                        && test.operands().stream().allMatch(operand -> TYPES.contains(operand.dtype()));
    }
}
