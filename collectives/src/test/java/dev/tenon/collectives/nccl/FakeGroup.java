package dev.tenon.collectives.nccl;

import dev.tenon.collectives.Memory;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The ranks of a {@link FakeNccl} communicator, and how their streams meet. */
final class FakeGroup {
    private final int ranks;
    private final Set<FakeCuda> devices = new HashSet<>();
    private final Set<Integer> entered = new HashSet<>();
    private final Set<Integer> aborted = new HashSet<>();
    private final Map<String, Deque<Mail>> mail = new HashMap<>();
    private final Map<Integer, Splitting> splittings = new HashMap<>();
    private final int[] splits;
    private final long[] ins;
    private final int[] phase;
    private @Nullable String call;

    /** What became of a rank's part of a split. */
    record Part(FakeGroup group, int rank) {}

    /** A message on its way. */
    static final class Mail {
        private final long data;
        private final long bytes;
        private final int from;
        private boolean taken;

        Mail(int from, long data, long bytes) {
            this.from = from;
            this.data = data;
            this.bytes = bytes;
        }
    }

    /** Who wants which colour. */
    private static final class Splitting {
        final Map<Integer, Integer> colours = new TreeMap<>();
        final Map<Integer, FakeGroup> groups = new HashMap<>();
    }

    /** A stream's work ends without having been done, as NCCL's kernels do when their communicator is aborted. */
    private static final class Ended extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    FakeGroup(int ranks) {
        this.ranks = ranks;
        this.ins = new long[ranks];
        this.phase = new int[ranks];
        this.splits = new int[ranks];
    }

    int ranks() {
        return ranks;
    }

    /** False: another rank has that device. */
    synchronized boolean enter(int rank, FakeCuda device) {
        if (rank < 0 || rank >= ranks || !entered.add(rank)) {
            throw new AssertionError("rank " + rank + " of " + ranks + " came twice, or is none");
        }
        return devices.add(device);
    }

    synchronized boolean isComplete() {
        return entered.size() == ranks;
    }

    synchronized void abort(int rank) {
        aborted.add(rank);
        notifyAll();
    }

    private void await(int rank, BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            if (aborted.contains(rank)) {
                throw new Ended();
            }
            try {
                wait();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Waits until all streams have come to the next collective, and does this rank's part. */
    void together(int rank, String what, long in, Consumer<long[]> part) {
        try {
            long[] all;
            synchronized (this) {
                if (call == null) {
                    call = what;
                } else if (phase[rank] % 3 == 0 && !call.equals(what)) {
                    throw new AssertionError("rank " + rank + " called " + what + ", another " + call);
                }
                ins[rank] = in;
            }
            awaitAll(rank);
            synchronized (this) {
                all = ins.clone();
            }
            part.accept(all);
            synchronized (this) {
                call = null;
            }
            // Nobody begins the next one before all have ended this.
            awaitAll(rank);
        } catch (Ended aborted) {
            return;
        }
    }

    /** A barrier between streams. */
    synchronized void awaitAll(int rank) {
        int mine = ++phase[rank];
        notifyAll();
        await(rank, () -> {
            for (int each : phase) {
                if (each < mine) {
                    return false;
                }
            }
            return true;
        });
    }

    synchronized Mail post(int from, int to, long data, long bytes) {
        Mail posted = new Mail(from, data, bytes);
        mail.computeIfAbsent(from + ">" + to, unused -> new ArrayDeque<>()).add(posted);
        notifyAll();
        return posted;
    }

    synchronized void take(int from, int to, long data, long bytes) {
        Deque<Mail> box = mail.computeIfAbsent(from + ">" + to, unused -> new ArrayDeque<>());
        try {
            await(to, () -> !box.isEmpty());
        } catch (Ended aborted) {
            return;
        }
        Mail taken = box.remove();
        if (taken.bytes != bytes) {
            throw new AssertionError(taken.bytes + " bytes were sent, and " + bytes + " are wanted");
        }
        Memory.copy(taken.data, data, bytes);
        taken.taken = true;
        notifyAll();
    }

    synchronized void awaitTaken(Mail sent) {
        try {
            await(sent.from, () -> sent.taken);
        } catch (Ended aborted) {
            return;
        }
    }

    /** Waits, on the host, for all ranks to say their colours. */
    synchronized Part split(int rank, int colour) {
        Splitting splitting = splittings.computeIfAbsent(splits[rank]++, unused -> new Splitting());
        splitting.colours.put(rank, colour);
        notifyAll();
        await(rank, () -> splitting.colours.size() == ranks);
        long size = splitting.colours.values().stream()
                .filter(each -> each == colour)
                .count();
        int place = (int) splitting.colours.entrySet().stream()
                .filter(each -> each.getKey() < rank && each.getValue() == colour)
                .count();
        FakeGroup group = splitting.groups.computeIfAbsent(colour, unused -> new FakeGroup((int) size));
        return new Part(group, place);
    }
}
