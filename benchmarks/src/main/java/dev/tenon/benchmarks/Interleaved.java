package dev.tenon.benchmarks;

import java.util.Arrays;

/**
 * Two ways of doing the same work, timed in turn, so that both see the same machine. At each change of sides all
 * rest for a moment, and the side then runs once untimed: the threads of a pool spin for some time after its last work, on
 * cores that the other then has to do without, and a side that followed at once would pay for that.
 *
 * @param first each round's time of the first, in seconds
 * @param second of the second
 */
record Interleaved(double[] first, double[] second) {
    /** Runs both {@code warmUp} times, then {@code rounds} times counted. */
    static Interleaved run(int warmUp, int rounds, Runnable first, Runnable second) {
        for (int i = 0; i < warmUp; i++) {
            first.run();
            second.run();
        }
        double[] firstTimes = new double[rounds];
        double[] secondTimes = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            firstTimes[i] = seconds(first);
            secondTimes[i] = seconds(second);
        }
        return new Interleaved(firstTimes, secondTimes);
    }

    /** Longer than a pool's threads spin. */
    private static final long REST_MILLIS = 10;

    private static double seconds(Runnable work) {
        rest();
        work.run();
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) * 1e-9;
    }

    private static void rest() {
        try {
            Thread.sleep(REST_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The median time of the first, in seconds. */
    double firstMedian() {
        return median(first);
    }

    /** The median time of the second, in seconds. */
    double secondMedian() {
        return median(second);
    }

    /** How many times as fast the first is: the median over rounds of the second's time by the first's. */
    double speedup() {
        double[] ratios = new double[first.length];
        Arrays.setAll(ratios, i -> second[i] / first[i]);
        return median(ratios);
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
