package dev.tenon.collectives.shared;

import dev.tenon.collectives.Memory;
import dev.tenon.collectives.reduce.HostLoops;
import dev.tenon.collectives.reduce.Reduction;
import dev.tenon.spi.HostReducer;

/**
 * Collectives by way of the ranks' slots, in pieces that fit there and stay in the caches. All addresses are absolute, all
 * sizes in bytes.
 */
final class StagedCollectives {
    private static final long LEAST_PART = 16 << 10;

    /** Of an all-reduce: two pieces at least, so that their steps overlap, but none so small that waiting counts. */
    private static final long LEAST_PIECE = 64 << 10;

    /** And none so large that what a step has read has left the second-level cache before it is written. */
    private static final long LARGEST_PIECE = 512 << 10;

    private final Region region;
    private final Rounds rounds;
    private final Distance distance;
    private final int rank;
    private final int ranks;
    private final long[] sources;
    /** Whether the slots are written past the caches. */
    private boolean far;

    StagedCollectives(Region region, Rounds rounds, Distance distance, int rank) {
        this.region = region;
        this.rounds = rounds;
        this.distance = distance;
        this.rank = rank;
        this.ranks = region.ranks();
        this.sources = new long[ranks];
    }

    /** In one round: every rank reduces everything. For few bytes, where waiting costs more than work done twice. */
    void allReduceAtOnce(Reduction reduction, long in, long out, long bytes, String op) {
        Memory.copy(in, region.posted(rank, rounds.next()), bytes);
        rounds.post();
        rounds.awaitAll(op);
        for (int r = 0; r < ranks; r++) {
            sources[r] = r == rank ? in : region.posted(r, rounds.current());
        }
        reduction.combine(sources, new long[] {out}, bytes);
    }

    /**
     * Pipelined over pieces: while a round brings one piece to who reduces it, it brings the results of the piece before to
     * everyone. Of each piece a rank reduces its share, for all.
     *
     * @param receives whether this rank wants the result
     */
    void allReduce(Reduction reduction, long in, long out, long bytes, boolean receives, String op) {
        far = distance.isFar(bytes, op);
        long piece = piece(bytes);
        post(in, piece, piece);
        rounds.post();
        for (long from = 0; from < bytes; from += piece) {
            rounds.awaitAll(op);
            long length = Math.min(piece, bytes - from);
            reduceShare(reduction, in + from, receives ? out + from : 0, length, piece);
            if (from > 0 && receives) {
                collect(out + from - piece, piece, piece);
            }
            long after = from + piece;
            if (after < bytes) {
                post(in + after, Math.min(piece, bytes - after), piece);
            }
            rounds.post();
        }
        rounds.awaitAll(op);
        if (receives) {
            long last = (bytes - 1) / piece * piece;
            collect(out + last, bytes - last, piece);
        }
    }

    private long piece(long bytes) {
        long half = (bytes / 2 + HostReducer.LINE - 1) / HostReducer.LINE * HostReducer.LINE;
        long most = Math.min(region.slot(), LARGEST_PIECE);
        return Math.min(bytes, Math.clamp(half, LEAST_PIECE, most));
    }

    /**
     * Where in its slot a round's piece lies. Pieces much smaller than a slot move through it from round to round, so that
     * what they overwrite has left other cores' caches. Below 16 KiB that gains nothing.
     */
    private long place(long round, long piece) {
        long part = Math.max(LEAST_PART, Long.highestOneBit(2 * piece - 1));
        return part >= region.slot() ? 0 : (round >> 1) % (region.slot() / part) * part;
    }

    /** Writes the shares that others reduce to this rank's slot. */
    private void post(long in, long length, long piece) {
        Shares shares = new Shares(length, ranks);
        long slot = region.posted(rank, rounds.next()) + place(rounds.next(), piece);
        long own = shares.from(rank);
        long after = own + shares.length(rank);
        HostLoops.copy(in, slot, own, far);
        HostLoops.copy(in + after, slot + after, length - after, far);
    }

    private void reduceShare(Reduction reduction, long in, long out, long length, long piece) {
        Shares shares = new Shares(length, ranks);
        long from = shares.from(rank);
        long place = place(rounds.current(), piece);
        for (int r = 0; r < ranks; r++) {
            sources[r] = (r == rank ? in : region.posted(r, rounds.current()) + place) + from;
        }
        long shared = region.reduced(rank, rounds.next()) + place(rounds.next(), piece);
        long[] outs = out == 0 ? new long[] {shared} : new long[] {out + from, shared};
        reduction.combine(sources, outs, shares.length(rank), far);
    }

    /** Reads what others reduced of a piece. */
    private void collect(long out, long length, long piece) {
        Shares shares = new Shares(length, ranks);
        long place = place(rounds.current(), piece);
        for (int i = 1; i < ranks; i++) {
            int r = (rank + i) % ranks;
            HostLoops.copy(region.reduced(r, rounds.current()) + place, out + shares.from(r), shares.length(r), false);
        }
    }

    /** @param share bytes of each rank's share of {@code in} */
    void reduceScatter(Reduction reduction, long in, long out, long share, String op) {
        far = distance.isFar(share * ranks, op);
        long piece = exchangePiece();
        for (long from = 0; from < share; from += piece) {
            long length = Math.min(piece, share - from);
            exchange(in, share, from, length, piece, op);
            for (int r = 0; r < ranks; r++) {
                sources[r] = r == rank ? in + rank * share + from : region.posted(r, rounds.current()) + rank * piece;
            }
            reduction.combine(sources, new long[] {out + from}, length);
        }
    }

    void allToAll(long in, long out, long share, String op) {
        far = distance.isFar(share * ranks, op);
        long piece = exchangePiece();
        for (long from = 0; from < share; from += piece) {
            long length = Math.min(piece, share - from);
            exchange(in, share, from, length, piece, op);
            for (int r = 0; r < ranks; r++) {
                long source = r == rank ? in + rank * share + from : region.posted(r, rounds.current()) + rank * piece;
                copyUnlessSame(source, out + r * share + from, length);
            }
        }
    }

    /** A slot holds a piece for each rank. */
    private long exchangePiece() {
        return region.slot() / ranks / 64 * 64;
    }

    private void exchange(long in, long share, long from, long length, long piece, String op) {
        long slot = region.posted(rank, rounds.next());
        for (int r = 0; r < ranks; r++) {
            if (r != rank) {
                HostLoops.copy(in + r * share + from, slot + r * piece, length, far);
            }
        }
        rounds.post();
        rounds.awaitAll(op);
    }

    void allGather(long in, long out, long bytes, String op) {
        far = distance.isFar(bytes * ranks, op);
        for (long from = 0; from < bytes; from += region.slot()) {
            long length = Math.min(region.slot(), bytes - from);
            HostLoops.copy(in + from, region.posted(rank, rounds.next()), length, far);
            rounds.post();
            // Between posting and waiting, what needs no other rank.
            copyUnlessSame(in + from, out + rank * bytes + from, length);
            rounds.awaitAll(op);
            for (int i = 1; i < ranks; i++) {
                int r = (rank + i) % ranks;
                Memory.copy(region.posted(r, rounds.current()), out + r * bytes + from, length);
            }
        }
    }

    void broadcast(long data, long bytes, int root, String op) {
        far = distance.isFar(bytes, op);
        for (long from = 0; from < bytes; from += region.slot()) {
            long length = Math.min(region.slot(), bytes - from);
            if (rank == root) {
                HostLoops.copy(data + from, region.posted(rank, rounds.next()), length, far);
            }
            rounds.post();
            rounds.awaitAll(op);
            if (rank != root) {
                Memory.copy(region.posted(root, rounds.current()), data + from, length);
            }
        }
    }

    void barrier(String op) {
        rounds.post();
        rounds.awaitAll(op);
    }

    private static void copyUnlessSame(long from, long to, long bytes) {
        if (from != to) {
            Memory.copy(from, to, bytes);
        }
    }
}
