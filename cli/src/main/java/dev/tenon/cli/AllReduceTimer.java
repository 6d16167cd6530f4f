package dev.tenon.cli;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tensor;
import dev.tenon.comm.Communicator;
import dev.tenon.op.ReduceKind;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** Times all-reduces in place. Every rank runs it, and rank 0 gets the rows. */
final class AllReduceTimer {
    /** Below, what limits is not memory. */
    private static final long LIMIT_FROM = 1 << 20;

    /** Bytes reduced in each timing of a size, about; and calls at most and at least. */
    private static final long VOLUME = 1L << 28;

    private static final int MOST_CALLS = 20_000;
    private static final int LEAST_CALLS = 20;

    /** Once in a while another process takes a core away: the best of so many timings. */
    private static final int TIMINGS = 5;

    private static final int BARRIERS = 50;
    private static final int BARRIER_TRIES = 4;

    private final Communicator ranks;
    private final Device device;
    private final DType type;

    AllReduceTimer(Communicator ranks, Device device, DType type) {
        this.ranks = ranks;
        this.device = device;
        this.type = type;
    }

    /** Sizes in bytes, each four times the one before or twice, up to {@code most}. */
    static List<Long> sizes(long least, long most, int factor) {
        List<Long> sizes = new ArrayList<>();
        for (long size = least; size <= most; size *= factor) {
            sizes.add(size);
        }
        return sizes;
    }

    void measure(List<Long> sizes, Consumer<AllReduceRow> rows) {
        warmUp(sizes.getLast());
        for (long bytes : sizes) {
            AllReduceRow row = measure(bytes);
            if (ranks.rank() == 0) {
                rows.accept(row);
            }
        }
    }

    /** The vector loops are slow until they are compiled: first many small calls, then all of the paths. */
    private void warmUp(long most) {
        time(64, 20_000);
        for (long bytes = 1024; bytes <= Math.min(most, 16 << 20); bytes *= 4) {
            time(bytes, (int) Math.clamp((64L << 20) / bytes, 50, 3000));
        }
    }

    private AllReduceRow measure(long bytes) {
        int calls = (int) Math.clamp(VOLUME / bytes, LEAST_CALLS, MOST_CALLS);
        time(bytes, Math.max(2, calls / 10));
        AllReduceRow best = null;
        for (int i = 0; i < TIMINGS; i++) {
            AllReduceRow row = timing(bytes, calls);
            best = best == null || row.micros() < best.micros() ? row : best;
        }
        return Objects.requireNonNull(best);
    }

    /** What a time is compared with is measured just before and just after it: where the cores are may change in between. */
    private AllReduceRow timing(long bytes, int calls) {
        boolean limited = bytes >= LIMIT_FROM;
        double before = limited ? touch(bytes, calls / 4 + 2) : Double.NaN;
        double barrier = barrier();
        double nanos = time(bytes, calls);
        barrier = Math.max(barrier, barrier());
        double limit = limited ? Math.min(before, touch(bytes, calls / 4 + 2)) : Double.NaN;
        return new AllReduceRow(
                ranks.transport(), ranks.size(), type.name(), bytes, nanos / 1e3, 100 * limit / nanos, barrier / 1e3);
    }

    /** Nanoseconds of a barrier, which tell how far the ranks' cores are from each other. */
    private double barrier() {
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < BARRIER_TRIES; i++) {
            long start = System.nanoTime();
            for (int k = 0; k < BARRIERS; k++) {
                ranks.barrier();
            }
            best = Math.min(best, (System.nanoTime() - start) / (double) BARRIERS);
        }
        return slowest(best);
    }

    /** Nanoseconds a call, of the slowest rank. */
    private double time(long bytes, int calls) {
        try (Tensor data = tensor(bytes)) {
            ranks.allReduce(ReduceKind.SUM, data);
            requireSum(data);
            // Zeros stay what they are, however often they are added.
            data.set(Tensor.zeros(device, type, 1));
            ranks.barrier();
            long start = System.nanoTime();
            for (int i = 0; i < calls; i++) {
                ranks.allReduce(ReduceKind.SUM, data);
            }
            return slowest((System.nanoTime() - start) / (double) calls);
        }
    }

    private Tensor tensor(long bytes) {
        return Tensor.full(device, type, ranks.rank() + 1, bytes / type.blockBytes());
    }

    private void requireSum(Tensor data) {
        double sum = ranks.size() * (ranks.size() + 1) / 2.0;
        long last = data.size(0) - 1;
        if (data.slice(0, 0, 1).item() != sum || data.slice(0, last, last + 1).item() != sum) {
            throw new CommandException(1, "the all-reduce of " + data.spec() + " is wrong");
        }
    }

    /** The time in which all ranks at once read and write a tensor in place. */
    private double touch(long bytes, int calls) {
        try (Tensor data = tensor(bytes)) {
            Unary op = new Unary(UnaryKind.NEGATE, data, data);
            device.execute(op);
            ranks.barrier();
            long start = System.nanoTime();
            for (int i = 0; i < calls; i++) {
                device.execute(op);
            }
            return slowest((System.nanoTime() - start) / (double) calls);
        }
    }

    private double slowest(double mine) {
        try (Tensor time = Tensor.of(device, new float[] {(float) mine})) {
            ranks.allReduce(ReduceKind.MAX, time);
            return time.item();
        }
    }
}
