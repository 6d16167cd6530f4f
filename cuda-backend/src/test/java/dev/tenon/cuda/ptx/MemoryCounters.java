package dev.tenon.cuda.ptx;

import java.util.HashMap;
import java.util.Map;

/**
 * A block's {@code mbarrier} objects, by their addresses in shared memory: a phase ends when all arrivals that it waits for, and all bytes that
 * were announced, have come.
 */
final class MemoryCounters {
    private static final class Counter {
        final int arrivals;
        int missing;
        long bytes;
        int phase;

        Counter(int arrivals) {
            this.arrivals = arrivals;
            this.missing = arrivals;
        }
    }

    private final Map<Long, Counter> counters = new HashMap<>();
    private long phases;

    void clear() {
        counters.clear();
    }

    /** How many phases have ended. */
    long phases() {
        return phases;
    }

    void init(long at, int arrivals) {
        if (arrivals < 1) {
            throw new PtxError("a counter of " + arrivals + " arrivals");
        }
        counters.put(at, new Counter(arrivals));
    }

    private Counter at(long address) {
        Counter counter = counters.get(address);
        if (counter == null) {
            throw new PtxError("shared memory at " + address + " is no counter");
        }
        return counter;
    }

    /** A thread arrives, and announces bytes. */
    void arrive(long at, int bytes) {
        Counter counter = at(at);
        if (counter.missing == 0) {
            throw new PtxError(
                    "more arrivals at the counter at " + at + " than the " + counter.arrivals + " it expects");
        }
        counter.missing--;
        counter.bytes += bytes;
        advance(counter);
    }

    /** Bytes of a copy have come. */
    void complete(long at, int bytes) {
        Counter counter = at(at);
        counter.bytes -= bytes;
        advance(counter);
    }

    private void advance(Counter counter) {
        if (counter.missing == 0 && counter.bytes == 0) {
            counter.phase ^= 1;
            counter.missing = counter.arrivals;
            phases++;
        }
    }

    /** Whether the phase of this parity has ended. */
    boolean isPast(long at, int parity) {
        return at(at).phase != (parity & 1);
    }
}
