package dev.tenon.cpu;

import static org.junit.jupiter.api.Assertions.assertNull;

import dev.tenon.conformance.ConformanceSuite;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.OpCases;
import dev.tenon.cpu.x86.MachineCode;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionBackward;
import dev.tenon.op.Dequantize;
import dev.tenon.op.Gather;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;
import dev.tenon.op.PagedAttention;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The operators that have machine code, without it. Runs in a process of its own, which the build starts with
 * {@code -Dtenon.cpu.kernels=vector}.
 */
@EnabledIfSystemProperty(named = "tenon.cpu.kernels", matches = "vector")
class CpuVectorTierTest extends ConformanceSuite {
    private static final Set<Class<? extends Op>> HAVE_MACHINE_CODE = Set.of(
            Matmul.class,
            Attention.class,
            AttentionBackward.class,
            PagedAttention.class,
            Dequantize.class,
            Gather.class);

    @Override
    protected String deviceName() {
        return CpuBackend.NAME;
    }

    @Override
    protected List<OpCase> cases() {
        return OpCases.all().stream()
                .filter(test -> HAVE_MACHINE_CODE.contains(test.op()))
                .toList();
    }

    @Test
    void machineCodeIsOff() {
        assertNull(MachineCode.get(), MachineCode::description);
    }
}
