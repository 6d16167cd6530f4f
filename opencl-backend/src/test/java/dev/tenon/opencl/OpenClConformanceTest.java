package dev.tenon.opencl;

import dev.tenon.conformance.ConformanceSuite;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionBackward;
import dev.tenon.op.CustomOp;
import dev.tenon.op.Op;
import dev.tenon.op.PagedAttention;

/** The suite that every backend runs, on the first OpenCL device. */
class OpenClConformanceTest extends ConformanceSuite {
    @Override
    protected String deviceName() {
        return OpenClBackend.NAME;
    }

    @Override
    protected boolean mayLack(Op op) {
        return op instanceof Attention
                || op instanceof AttentionBackward
                || op instanceof PagedAttention
                || op instanceof CustomOp;
    }
}
