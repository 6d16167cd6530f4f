package dev.tenon.cpu.op;

/** Kernels one after another. */
final class Sequence implements Runnable {
    private final Runnable[] steps;

    Sequence(Runnable... steps) {
        this.steps = steps;
    }

    @Override
    public void run() {
        for (Runnable step : steps) {
            step.run();
        }
    }
}
