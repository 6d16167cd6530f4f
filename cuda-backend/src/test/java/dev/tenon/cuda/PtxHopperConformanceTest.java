package dev.tenon.cuda;

import dev.tenon.Configuration;
import dev.tenon.Device;
import dev.tenon.conformance.BoundCase;
import dev.tenon.conformance.ConformanceSuite;
import dev.tenon.conformance.OpCase;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Those cases of the conformance suite that come to kernels for sm_90a, on a device like an H100, as {@link PtxConformanceTest} has the others: bulk
 * tensor copies, counters in shared memory and products of warpgroups.
 */
class PtxHopperConformanceTest extends ConformanceSuite {
    private static final int DAYS = 6;
    private static final Set<String> OPERATORS = Set.of("Matmul", "Attention", "PagedAttention", "AttentionBackward");

    private final RecordingDriver driver = RecordingDriver.hopper(1, Simulation.MEMORY);
    private List<OpCase> chosen = List.of();

    @Override
    protected String deviceName() {
        return "cuda";
    }

    @Override
    protected Optional<Device> openDevice() {
        return Optional.of(
                Simulation.device(Simulation.open(driver, Configuration.DEFAULT).getFirst()));
    }

    @Override
    protected List<OpCase> cases() {
        if (chosen.isEmpty()) {
            driver.execution = null;
            chosen = PtxCases.ofToday(DAYS, test -> OPERATORS.contains(test.op().getSimpleName()) && isForHopper(test));
            driver.execution = new PtxExecution();
        }
        return chosen;
    }

    /**
     * The suite's products are too small for the kernels for sm_90a that have other operands than those of 16 bits. That no kernel runs yet lets
     * the device be asked where cases go.
     */
    private boolean isForHopper(OpCase test) {
        if (!test.name().contains("F16") || test.name().contains(" x Q")) {
            return false;
        }
        driver.launches.clear();
        try (BoundCase bound = test.bindUnfilled(device())) {
            device().execute(bound.op());
            device().synchronize();
        }
        return driver.launches.stream().map(driver::kernel).anyMatch(name -> name.contains("hopper"));
    }
}
