package dev.tenon.cpu;

import dev.tenon.conformance.ConformanceSuite;

/** The suite that every backend runs, on the CPU. */
class CpuConformanceTest extends ConformanceSuite {
    @Override
    protected String deviceName() {
        return CpuBackend.NAME;
    }
}
