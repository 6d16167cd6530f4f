package dev.tenon.opencl;

import dev.tenon.Configuration;
import dev.tenon.Device;
import dev.tenon.conformance.ConformanceSuite;
import dev.tenon.conformance.OpCase;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionBackward;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;
import dev.tenon.op.PagedAttention;
import dev.tenon.op.RmsNorm;
import dev.tenon.op.Softmax;
import java.util.Optional;
import java.util.Set;

/** The kernels that GPUs get, where they differ from those for CPUs, run on whatever device there is. */
class OpenClGpuPathsTest extends ConformanceSuite {
    private static final Set<Class<? extends Op>> DIFFERENT = Set.of(
            Matmul.class, Attention.class, AttentionBackward.class, PagedAttention.class, Softmax.class, RmsNorm.class);

    @Override
    protected String deviceName() {
        return OpenClBackend.NAME;
    }

    @Override
    protected Optional<Device> openDevice() {
        return OpenDevices.asGpu().map(device -> new Device(device, Configuration.DEFAULT));
    }

    @Override
    protected boolean includes(OpCase test) {
        return DIFFERENT.contains(test.op());
    }
}
