package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.Device;
import dev.tenon.conformance.ConformanceSuite;
import dev.tenon.conformance.OpCase;
import dev.tenon.op.CustomOp;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The conformance suite through the whole backend but for the device: its plans, its arguments and grids, and the PTX that is committed, which an
 * interpreter runs on a device like an A100. {@link PtxCases} says how many of the cases; with all of them comes the contract too.
 */
class PtxConformanceTest extends ConformanceSuite {
    private static final int DAYS = 16;

    /** Memory is kept here, so there is not enough of it for the suite's huge tensors, which leaves them out. */
    private static final long MEMORY = 2L << 30;

    private final RecordingDriver driver = RecordingDriver.ampere(MEMORY);
    private final List<OpCase> chosen = PtxCases.ofToday(DAYS, test -> true);

    @Override
    protected String deviceName() {
        return "cuda";
    }

    @Override
    protected Optional<Device> openDevice() {
        driver.execution = new PtxExecution();
        return Optional.of(
                Simulation.device(Simulation.open(driver, Configuration.DEFAULT).getFirst()));
    }

    @Override
    protected List<OpCase> cases() {
        return PtxCases.ALL ? super.cases() : chosen;
    }

    /** Custom operators bring kernels of their own, in OpenCL C. */
    @Override
    protected boolean includes(OpCase test) {
        return test.op() != CustomOp.class;
    }

    @Test
    void everyOperatorIsRun() {
        long operators = chosen.stream().map(OpCase::op).distinct().count();
        assertTrue(operators >= 36, () -> operators + " operators");
    }
}
