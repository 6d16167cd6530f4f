package dev.tenon.opencl;

import dev.tenon.Configuration;
import dev.tenon.Device;
import dev.tenon.conformance.ConformanceSuite;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.OpCases;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@link OpenClProductsTest} leaves out today, with programs that are not optimized. */
class OpenClPlainProductsTest extends ConformanceSuite {
    private static final List<OpCase> CASES = OpCases.all().stream()
            .filter(OpenClProductsTest::has)
            .filter(test -> !OpenClProductsTest.isOptimized(test))
            .toList();

    @Override
    protected String deviceName() {
        return OpenClBackend.NAME;
    }

    @Override
    protected Optional<Device> openDevice() {
        return OpenDevices.tuned(false, Map.of()).map(device -> new Device(device, Configuration.DEFAULT));
    }

    @Override
    protected List<OpCase> cases() {
        return CASES;
    }
}
