package dev.tenon.collectives.device;

import static dev.tenon.collectives.device.DeviceMoves.part;
import static dev.tenon.collectives.device.DeviceMoves.sameDevice;

import dev.tenon.Tensor;
import dev.tenon.collectives.device.CopyGroup.Posted;
import dev.tenon.op.AllReduce;
import dev.tenon.op.ReduceKind;
import dev.tenon.spi.BackendStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One rank's part of a collective between devices, in two steps with a meeting between: what it takes of all ranks' inputs, and what
 * it takes of the others' results. Each rank reduces its share, on its own device and in the order of the ranks, from memory of its
 * device and from copies of others'. All is only queued here.
 */
final class CopyCollectives {
    private final CopyGroup group;
    private final int rank;
    private final int ranks;
    private final BackendStream stream;
    /** Memory that lives until all ranks' work on it is queued. */
    private final List<Tensor> scratch = new ArrayList<>();

    CopyCollectives(CopyGroup group, int rank, BackendStream stream) {
        this.group = group;
        this.rank = rank;
        this.ranks = group.ranks();
        this.stream = stream;
    }

    private Tensor in(int of) {
        Tensor in = group.posted(of).in();
        if (in == null) {
            throw new AssertionError("rank " + of + " gives nothing");
        }
        return in;
    }

    private Tensor out(int of) {
        Tensor out = group.posted(of).out();
        if (out == null) {
            throw new AssertionError("rank " + of + " takes nothing");
        }
        return out;
    }

    /** Takes elements that rank {@code from} has ready. */
    private void take(int from, Tensor source, Tensor target) {
        Posted other = group.posted(from);
        if (from != rank && sameDevice(source, target)) {
            stream.waitFor(other.ready());
        }
        DeviceMoves.copy(other.stream(), source, stream, target);
    }

    private Tensor scratch(Tensor like, long count) {
        Tensor made = Tensor.empty(like.device(), like.dtype(), count);
        scratch.add(made);
        return made;
    }

    /** Where a rank's share of {@code elements} begins. */
    private long begin(long elements, int of) {
        long share = (elements + ranks - 1) / ranks;
        return Math.min(elements, of * share);
    }

    /** Reduces this rank's share to wherever this device has an output; the others take it from this one's. */
    void reduceToAll(ReduceKind kind) {
        long from = begin(in(rank).shape().elements(), rank);
        long count = begin(in(rank).shape().elements(), rank + 1) - from;
        List<@Nullable Tensor> outs = new ArrayList<>();
        for (int r = 0; r < ranks; r++) {
            outs.add(sameDevice(out(r), in(rank)) ? part(out(r), from, count) : null);
        }
        reduce(kind, from, count, outs);
    }

    /** And the second step: takes the others' shares from other devices. */
    void collectAll() {
        for (int i = 1; i < ranks; i++) {
            int r = (rank + i) % ranks;
            if (!sameDevice(out(r), out(rank))) {
                long from = begin(out(rank).shape().elements(), r);
                long count = begin(out(rank).shape().elements(), r + 1) - from;
                take(r, part(out(r), from, count), part(out(rank), from, count));
            }
        }
    }

    /** Reduces this rank's share for one rank, which has it in its own memory or takes it from what is answered. */
    @Nullable
    Tensor reduceToOne(ReduceKind kind, int root) {
        long from = begin(in(rank).shape().elements(), rank);
        long count = begin(in(rank).shape().elements(), rank + 1) - from;
        List<@Nullable Tensor> outs = new ArrayList<>();
        for (int r = 0; r < ranks; r++) {
            outs.add(null);
        }
        if (sameDevice(in(root), in(rank))) {
            outs.set(root, part(out(root), from, count));
            reduce(kind, from, count, outs);
            return null;
        }
        Tensor result = scratch(in(rank), count);
        outs.set(rank, result);
        reduce(kind, from, count, outs);
        return result;
    }

    /** And the second step, of the root: takes what others, whose results are their posted inputs now, have for it. */
    void collectResults(Tensor mine) {
        for (int i = 1; i < ranks; i++) {
            int r = (rank + i) % ranks;
            Tensor result = group.posted(r).in();
            if (result != null) {
                take(
                        r,
                        result,
                        part(
                                mine,
                                begin(mine.shape().elements(), r),
                                result.shape().elements()));
            }
        }
    }

    void reduceScatter(ReduceKind kind) {
        long count = out(rank).shape().elements();
        List<@Nullable Tensor> outs = new ArrayList<>();
        for (int r = 0; r < ranks; r++) {
            outs.add(r == rank ? out(rank) : null);
        }
        reduce(kind, rank * count, count, outs);
    }

    /**
     * Reduces elements of all ranks' inputs.
     *
     * @param outs of this device, by rank; null where none is wanted
     */
    private void reduce(ReduceKind kind, long from, long count, List<@Nullable Tensor> outs) {
        if (count == 0) {
            return;
        }
        List<Tensor> sources = new ArrayList<>();
        List<Tensor> targets = new ArrayList<>();
        for (int r = 0; r < ranks; r++) {
            Tensor source = part(in(r), from, count);
            Tensor target = outs.get(r);
            boolean here = sameDevice(source, in(rank));
            if (here) {
                if (r != rank) {
                    // Also for its output, which this rank writes.
                    stream.waitFor(group.posted(r).ready());
                }
            } else {
                Tensor copy = scratch(in(rank), count);
                take(r, source, copy);
                source = copy;
            }
            sources.add(source);
            // The operator has an output for each rank; a copy can be overwritten.
            targets.add(target != null ? target : here ? scratch(in(rank), count) : source);
        }
        stream.execute(new AllReduce(kind, sources, targets));
    }

    void allGather() {
        long count = in(rank).shape().elements();
        for (int i = 0; i < ranks; i++) {
            int r = (rank + i) % ranks;
            take(r, in(r), part(out(rank), r * count, count));
        }
    }

    void allToAll() {
        long share = out(rank).shape().elements() / ranks;
        for (int i = 0; i < ranks; i++) {
            int r = (rank + i) % ranks;
            take(r, part(in(r), rank * share, share), part(out(rank), r * share, share));
        }
    }

    void broadcast(int root) {
        if (rank != root) {
            take(root, out(root), out(rank));
        }
    }

    /** Gives memory back, in the streams' order. */
    void close() {
        scratch.forEach(Tensor::close);
    }
}
