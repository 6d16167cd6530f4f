package dev.tenon.opencl;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.conformance.ConformanceSuite;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.OpCases;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionBackward;
import dev.tenon.op.CrossEntropy;
import dev.tenon.op.CrossEntropyBackward;
import dev.tenon.op.LayerNorm;
import dev.tenon.op.LayerNormBackward;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;
import dev.tenon.op.PagedAttention;
import dev.tenon.op.RmsNorm;
import dev.tenon.op.RmsNormBackward;
import dev.tenon.op.Softmax;
import dev.tenon.op.SoftmaxBackward;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The forms of kernels that backends without a compiler get, which are compiled ahead of time, run on whatever device there is. */
class OpenClAheadPathsTest extends ConformanceSuite {
    private static final Set<Class<? extends Op>> DIFFERENT =
            Set.of(Matmul.class, Attention.class, AttentionBackward.class, PagedAttention.class);

    /** Whose groups have as many items as a row needs. */
    private static final Set<Class<? extends Op>> ROWS = Set.of(
            Softmax.class,
            SoftmaxBackward.class,
            CrossEntropy.class,
            CrossEntropyBackward.class,
            LayerNorm.class,
            LayerNormBackward.class,
            RmsNorm.class,
            RmsNormBackward.class);

    /** Two widths, since a bias of the output's type is told from one in F32. */
    private static final Set<DType> TYPES = Set.of(DType.F32, DType.BF16, DType.I32, DType.Q8_0);

    private static final List<OpCase> CASES =
            OpCases.all().stream().filter(OpenClAheadPathsTest::differs).toList();

    @Override
    protected String deviceName() {
        return OpenClBackend.NAME;
    }

    @Override
    protected Optional<Device> openDevice() {
        return OpenDevices.asGpuWithoutCompiler().map(device -> new Device(device, Configuration.DEFAULT));
    }

    /** Only these: what else the suite asks of a device does not depend on when its kernels are compiled. */
    @Override
    protected List<OpCase> cases() {
        return CASES;
    }

    private static boolean differs(OpCase test) {
        boolean wide = ROWS.contains(test.op()) && test.name().matches("wide .* BF16\\[.*");
        return (wide || DIFFERENT.contains(test.op()))
                && test.operands().stream().allMatch(operand -> TYPES.contains(operand.dtype()));
    }
}
