package dev.tenon.collectives.shared;

/** How an array is split over ranks for its reduction: whole cache lines, as even as these allow. */
public final class Shares {
    private static final int LINE = 64;

    private final long bytes;
    private final long share;

    public Shares(long bytes, int ranks) {
        this.bytes = bytes;
        this.share = ((bytes + ranks - 1) / ranks + LINE - 1) / LINE * LINE;
    }

    /** Where a rank's share begins, in bytes. */
    public long from(int rank) {
        return Math.min(bytes, rank * share);
    }

    /** Its length in bytes; may be 0. */
    public long length(int rank) {
        return from(rank + 1) - from(rank);
    }
}
