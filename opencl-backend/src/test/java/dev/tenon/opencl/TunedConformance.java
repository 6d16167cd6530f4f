package dev.tenon.opencl;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.conformance.ConformanceSuite;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.OpCases;
import dev.tenon.kernels.plan.Setting;
import dev.tenon.op.ArgReduce;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionBackward;
import dev.tenon.op.LayerNormBackward;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;
import dev.tenon.op.PagedAttention;
import dev.tenon.op.RandomFill;
import dev.tenon.op.Reduce;
import dev.tenon.op.ScatterAdd;
import dev.tenon.op.Softmax;
import dev.tenon.op.TopK;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What settings change, on the first device as a GPU or as it is, with settings that it would not get. */
abstract class TunedConformance extends ConformanceSuite {
    private static final Set<Class<? extends Op>> CHANGED = Set.of(
            Matmul.class,
            Attention.class,
            AttentionBackward.class,
            PagedAttention.class,
            Softmax.class,
            Reduce.class,
            ArgReduce.class,
            TopK.class,
            ScatterAdd.class,
            LayerNormBackward.class,
            RandomFill.class);

    private static final Set<DType> TYPES = Set.of(DType.F32, DType.I32, DType.Q8_0);
    /** Of an operator, spread over those there are: each program is compiled anew for each table. */
    private static final int MOST_CASES = 24;

    /** Other types differ in what is read and written only. */
    private static final List<OpCase> CASES = choose();

    private final boolean asGpu;
    private final Map<Setting, Integer> settings;

    TunedConformance(boolean asGpu, Map<Setting, Integer> settings) {
        this.asGpu = asGpu;
        this.settings = settings;
    }

    private static List<OpCase> choose() {
        Map<Class<? extends Op>, List<OpCase>> byOp = OpCases.all().stream()
                .filter(test -> CHANGED.contains(test.op()))
                .filter(test -> test.operands().stream().allMatch(operand -> TYPES.contains(operand.dtype())))
                .collect(Collectors.groupingBy(OpCase::op));
        List<OpCase> chosen = new ArrayList<>();
        byOp.values().forEach(cases -> {
            int count = Math.min(MOST_CASES, cases.size());
            for (int i = 0; i < count; i++) {
                chosen.add(cases.get(i * cases.size() / count));
            }
        });
        return List.copyOf(chosen);
    }

    @Override
    protected String deviceName() {
        return OpenClBackend.NAME;
    }

    @Override
    protected Optional<Device> openDevice() {
        return OpenDevices.tuned(asGpu, settings).map(device -> new Device(device, Configuration.DEFAULT));
    }

    /** Only these: what else the suite asks of a device does not depend on settings. */
    @Override
    protected List<OpCase> cases() {
        return CASES;
    }
}
