package dev.tenon.cli;

import dev.tenon.Device;
import dev.tenon.op.Op;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/** Times one operator on one device. */
final class CaseTimer {
    private static final int MOST_ROUNDS = 50;
    /** A kernel is taken to be compiled when the just-in-time compiler has ended nothing for this long. */
    private static final long SETTLED_NANOS = 400_000_000;

    private static final long MOST_WARM_UP_NANOS = 3_000_000_000L;

    private CaseTimer() {}

    /** The median of as many runs as end before the deadline, one at least; in nanoseconds. */
    static double median(Device on, Op op, long deadline) {
        if (on.properties().host()) {
            warmUp(on, op);
        } else {
            // The first run builds the device's program, the second touches what is touched once; nothing compiles
            // beside.
            once(on, op);
            once(on, op);
        }
        long[] times = new long[MOST_ROUNDS];
        int count = 0;
        do {
            times[count++] = once(on, op);
        } while (count < times.length && System.nanoTime() < deadline);
        return median(times, count);
    }

    /** Nanoseconds of one run, waited for. */
    static long once(Device on, Op op) {
        long start = System.nanoTime();
        on.execute(op);
        on.synchronize();
        return System.nanoTime() - start;
    }

    /** Of the first {@code count} times, which are sorted. */
    static double median(long[] times, int count) {
        Arrays.sort(times, 0, count);
        return (times[(count - 1) / 2] + times[count / 2]) / 2.0;
    }

    /** Kernels of the Vector API are slower by a hundred times until they are compiled, which goes on beside them. */
    private static void warmUp(Device on, Op op) {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        long start = System.nanoTime();
        long settled = start;
        long before = -1;
        long now;
        do {
            once(on, op);
            now = System.nanoTime();
            long compiled = compiler == null ? 0 : compiler.getTotalCompilationTime();
            if (compiled != before) {
                settled = now;
                before = compiled;
            }
        } while (now - settled < SETTLED_NANOS && now - start < MOST_WARM_UP_NANOS);
    }
}
