package dev.tenon.kernels.plan;

import dev.tenon.spi.BackendDevice;

/** Times work on a device's default stream: the best of several rounds, since whatever else runs can only slow a round down. */
public final class ProbeRounds {
    private static final int ROUNDS = 12;
    /** A round's length at least, so that neither the clock nor the first launch's way to the device counts. */
    private static final double ROUND_SECONDS = 0.02;

    private static final int MOST_RUNS = 64;

    private final BackendDevice device;
    private final Runnable work;

    private ProbeRounds(BackendDevice device, Runnable work) {
        this.device = device;
        this.work = work;
    }

    /**
     * Seconds that one run of the work takes in the best round.
     *
     * @param work enqueues on the device's default stream
     */
    public static double best(BackendDevice device, Runnable work) {
        ProbeRounds rounds = new ProbeRounds(device, work);
        // Builds the kernels, and touches all memory.
        rounds.seconds(1);
        int runs = (int) Math.clamp(Math.ceil(ROUND_SECONDS / rounds.seconds(1)), 1, MOST_RUNS);
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            best = Math.min(best, rounds.seconds(runs) / runs);
        }
        return best;
    }

    private double seconds(int runs) {
        long start = System.nanoTime();
        for (int i = 0; i < runs; i++) {
            work.run();
        }
        device.defaultStream().synchronize();
        return (System.nanoTime() - start) * 1e-9;
    }
}
