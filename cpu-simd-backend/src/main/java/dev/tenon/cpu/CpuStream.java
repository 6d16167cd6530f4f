package dev.tenon.cpu;

import dev.tenon.cpu.op.CpuContext;
import dev.tenon.cpu.op.CpuDispatch;
import dev.tenon.op.Op;
import dev.tenon.spi.BackendGraph;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.StreamEvent;
import java.util.List;

/** Runs each operator at once: when a call returns, its work is done. Safe for use by several threads. */
final class CpuStream implements BackendStream {
    private final CpuContext context;

    CpuStream(CpuContext context) {
        this.context = context;
    }

    @Override
    public void execute(Op op) {
        CpuDispatch.bind(op, context).run();
    }

    @Override
    public BackendGraph compile(List<Op> ops) {
        Runnable[] kernels = new Runnable[ops.size()];
        for (int i = 0; i < kernels.length; i++) {
            kernels[i] = CpuDispatch.bind(ops.get(i), context);
        }
        return new CpuGraph(kernels);
    }

    @Override
    public StreamEvent record() {
        return StreamEvent.PASSED;
    }

    @Override
    public void waitFor(StreamEvent event) {
        event.synchronize();
    }

    @Override
    public void synchronize() {}

    @Override
    public void close() {}
}
