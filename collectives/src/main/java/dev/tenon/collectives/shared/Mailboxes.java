package dev.tenon.collectives.shared;

import dev.tenon.collectives.Memory;
import dev.tenon.error.CommunicatorException;

/**
 * Messages between two ranks: a ring of bytes for each direction of each pair, which one rank writes and the other reads.
 * A message is its length, eight bytes, and its bytes, to a multiple of eight; one that is longer than the ring passes
 * through it in pieces.
 */
final class Mailboxes {
    private static final int PIECE = Region.MAILBOX / 4;

    private final Region region;
    private final int rank;
    private final Waiter waiter;

    Mailboxes(Region region, int rank, Waiter waiter) {
        this.region = region;
        this.rank = rank;
        this.waiter = waiter;
    }

    void send(long data, long bytes, int to) {
        long ring = region.ring(rank, to);
        long written = Memory.observe(region.written(rank, to));
        long read = region.read(rank, to);
        waiter.await(read, written + 8 - Region.MAILBOX, to, "send");
        Memory.setLong(ring + written % Region.MAILBOX, bytes);
        written += 8;
        for (long from = 0; from < bytes; ) {
            int n = piece(written, bytes - from);
            waiter.await(read, written + padded(n) - Region.MAILBOX, to, "send");
            Memory.copy(data + from, ring + written % Region.MAILBOX, n);
            from += n;
            written += padded(n);
            Memory.publish(region.written(rank, to), written);
        }
        Memory.publish(region.written(rank, to), written);
    }

    void receive(long data, long bytes, int from) {
        long ring = region.ring(from, rank);
        long written = region.written(from, rank);
        long read = Memory.observe(region.read(from, rank));
        waiter.await(written, read + 8, from, "receive");
        long sent = Memory.getLong(ring + read % Region.MAILBOX);
        if (sent != bytes) {
            String problem = "sent " + sent + " bytes to rank " + rank + ", which wants " + bytes;
            region.fail(from, problem);
            throw new CommunicatorException("receive: rank " + from + " " + problem);
        }
        read += 8;
        for (long to = 0; to < bytes; ) {
            int n = piece(read, bytes - to);
            waiter.await(written, read + padded(n), from, "receive");
            Memory.copy(ring + read % Region.MAILBOX, data + to, n);
            to += n;
            read += padded(n);
            Memory.publish(region.read(from, rank), read);
        }
        Memory.publish(region.read(from, rank), read);
    }

    /** Up to a piece, and not over the ring's end. Both sides count alike. */
    private static int piece(long position, long rest) {
        return (int) Math.min(rest, Math.min(PIECE, Region.MAILBOX - position % Region.MAILBOX));
    }

    private static int padded(int n) {
        return (n + 7) & -8;
    }
}
