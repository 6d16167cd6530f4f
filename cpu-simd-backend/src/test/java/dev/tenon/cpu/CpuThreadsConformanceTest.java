package dev.tenon.cpu;

import dev.tenon.Configuration;
import dev.tenon.conformance.ConformanceSuite;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.OpCases;
import java.util.List;

/** The cases that are split over threads, on a number of threads that divides nothing evenly. */
class CpuThreadsConformanceTest extends ConformanceSuite {
    @Override
    protected String deviceName() {
        return CpuBackend.NAME;
    }

    @Override
    protected Configuration configuration() {
        return Configuration.DEFAULT.withThreads(3);
    }

    @Override
    protected List<OpCase> cases() {
        return OpCases.all().stream()
                .filter(test -> test.name().startsWith("large"))
                .toList();
    }
}
