package dev.tenon.opencl;

import dev.tenon.conformance.ConformanceSuite;

/** The suite that every backend runs, on the first OpenCL device. */
class OpenClConformanceTest extends ConformanceSuite {
    @Override
    protected String deviceName() {
        return OpenClBackend.NAME;
    }
}
