package dev.tenon.cpu;

import dev.tenon.spi.BackendGraph;

/** Bound kernels in order: addresses, loops and splits are settled, so a replay only computes. */
final class CpuGraph implements BackendGraph {
    private final Runnable[] kernels;

    CpuGraph(Runnable[] kernels) {
        this.kernels = kernels;
    }

    @Override
    public void replay() {
        for (Runnable kernel : kernels) {
            kernel.run();
        }
    }

    @Override
    public void close() {}
}
