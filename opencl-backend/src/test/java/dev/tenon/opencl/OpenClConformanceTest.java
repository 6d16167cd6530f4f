package dev.tenon.opencl;

import dev.tenon.conformance.ConformanceSuite;
import dev.tenon.conformance.OpCase;

/** The suite that every backend runs, on the first OpenCL device, but for what {@link OpenClProductsTest} runs beside it. */
class OpenClConformanceTest extends ConformanceSuite {
    @Override
    protected String deviceName() {
        return OpenClBackend.NAME;
    }

    @Override
    protected boolean includes(OpCase test) {
        return !OpenClProductsTest.has(test);
    }
}
