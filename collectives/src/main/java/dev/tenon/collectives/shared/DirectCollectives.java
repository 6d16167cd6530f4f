package dev.tenon.collectives.shared;

import dev.tenon.collectives.Memory;
import dev.tenon.collectives.reduce.Reduction;

/**
 * Collectives between threads, in each other's memory: no copy is made but the result. Two rounds: one in which the ranks
 * say where their tensors are, and one after which nobody works in another's any more.
 */
final class DirectCollectives {
    private final Region region;
    private final Rounds rounds;
    private final Distance distance;
    private final int rank;
    private final int ranks;
    private final Exposure exposure;

    DirectCollectives(Region region, Rounds rounds, Distance distance, int rank) {
        this.region = region;
        this.rounds = rounds;
        this.distance = distance;
        this.rank = rank;
        this.ranks = region.ranks();
        this.exposure = new Exposure(region, rank);
    }

    /** What a rank does in the others' memory once it knows where that is. */
    private interface Work {
        void run(long[] ins, long[] outs);
    }

    private void together(long in, long out, String op, Work work) {
        long[] ins = new long[ranks];
        long[] outs = new long[ranks];
        try {
            expose(in, out);
            rounds.awaitAll(op);
            exposure.enterAll(op);
            try {
                for (int r = 0; r < ranks; r++) {
                    long at = region.exposed(r, rounds.current());
                    ins[r] = Memory.getLong(at);
                    outs[r] = Memory.getLong(at + 8);
                }
                work.run(ins, outs);
            } finally {
                exposure.exitAll();
            }
            rounds.post();
            rounds.awaitAll(op);
        } catch (RuntimeException | Error e) {
            // The caller may free its tensors now.
            exposure.withdraw();
            throw e;
        }
    }

    private void expose(long in, long out) {
        long at = region.exposed(rank, rounds.next());
        Memory.setLong(at, in);
        Memory.setLong(at + 8, out);
        rounds.post();
    }

    void allReduce(Reduction reduction, long in, long out, long bytes, String op) {
        boolean far = distance.isFar(bytes, op);
        together(in, out, op, (ins, outs) -> {
            // This rank's own is the first: what others will read may go past this core's caches.
            long own = outs[rank];
            outs[rank] = outs[0];
            outs[0] = own;
            reduceShare(reduction, ins, outs, bytes, far);
        });
    }

    void reduce(Reduction reduction, long in, long out, long bytes, int root, String op) {
        together(in, out, op, (ins, outs) -> reduceShare(reduction, ins, new long[] {outs[root]}, bytes, false));
    }

    private void reduceShare(Reduction reduction, long[] ins, long[] outs, long bytes, boolean far) {
        Shares shares = new Shares(bytes, ranks);
        reduction.combine(moved(ins, shares.from(rank)), moved(outs, shares.from(rank)), shares.length(rank), far);
    }

    void reduceScatter(Reduction reduction, long in, long out, long share, String op) {
        together(in, out, op, (ins, outs) -> reduction.combine(moved(ins, rank * share), new long[] {out}, share));
    }

    /** For other inputs than outputs: a rank's output may be written before another has read it. */
    void allToAll(long in, long out, long share, String op) {
        together(in, out, op, (ins, outs) -> {
            for (int i = 0; i < ranks; i++) {
                int r = (rank + i) % ranks;
                Memory.copy(ins[r] + rank * share, out + r * share, share);
            }
        });
    }

    void allGather(long in, long out, long bytes, String op) {
        together(in, out, op, (ins, outs) -> {
            for (int i = 0; i < ranks; i++) {
                int r = (rank + i) % ranks;
                if (ins[r] != out + r * bytes) {
                    Memory.copy(ins[r], out + r * bytes, bytes);
                }
            }
        });
    }

    void broadcast(long data, long bytes, int root, String op) {
        together(data, data, op, (ins, outs) -> {
            if (rank != root) {
                Memory.copy(ins[root], data, bytes);
            }
        });
    }

    private static long[] moved(long[] addresses, long offset) {
        long[] moved = new long[addresses.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = addresses[i] + offset;
        }
        return moved;
    }
}
