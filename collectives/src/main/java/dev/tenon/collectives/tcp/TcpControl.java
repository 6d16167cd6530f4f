package dev.tenon.collectives.tcp;

import dev.tenon.collectives.tcp.TcpLinks.Kind;
import dev.tenon.error.RankFailedException;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What became of the group's ranks: says it to the others, and hears it from them. */
final class TcpControl {
    private static final byte FAILED = 1;
    private static final byte LEAVES = 2;
    private static final int MOST_REASON = 1024;
    /** For news of a rank whose data ends, which come by another connection. */
    private static final long NEWS_NANOS = 2_000_000_000L;

    private final TcpLinks links;
    private final boolean[] left;
    private volatile @Nullable Failure failure;
    private volatile boolean closed;

    private record Failure(int culprit, String reason) {}

    TcpControl(TcpLinks links) {
        this.links = links;
        this.left = new boolean[links.ranks()];
        for (int other = 0; other < links.ranks(); other++) {
            if (other != links.rank()) {
                int from = other;
                Thread.ofVirtual().name("rank " + other + "'s fate").start(() -> listen(from));
            }
        }
    }

    private void listen(int other) {
        SocketChannel channel = links.channel(Kind.CONTROL, other);
        try (InputStream stream = Channels.newInputStream(channel);
                DataInputStream in = new DataInputStream(stream)) {
            while (true) {
                byte kind = in.readByte();
                int culprit = in.readInt();
                byte[] reason = in.readNBytes(Math.clamp(in.readInt(), 0, MOST_REASON));
                if (kind == FAILED) {
                    note(culprit, new String(reason, StandardCharsets.UTF_8));
                } else {
                    leave(other);
                }
            }
        } catch (EOFException e) {
            gone(other, "ended without closing its communicator");
        } catch (IOException e) {
            gone(other, "is not reached any more (" + e.getMessage() + ")");
        }
    }

    private void gone(int other, String reason) {
        if (!closed && !hasLeft(other)) {
            note(other, reason);
        }
    }

    private synchronized void leave(int other) {
        left[other] = true;
    }

    synchronized boolean hasLeft(int other) {
        return left[other];
    }

    /** Makes a rank the one that failed, here, if none has before. */
    private synchronized void note(int culprit, String reason) {
        if (failure == null) {
            failure = new Failure(culprit, reason);
        }
    }

    /** Makes a rank the one that failed, on every rank, if none has before. */
    void fail(int culprit, String reason) {
        note(culprit, reason);
        tellFailure();
    }

    private void tellFailure() {
        Failure known = failure;
        if (known != null) {
            tell(FAILED, known.culprit(), known.reason());
        }
    }

    /** A few bytes, which need not be waited for: hardly anything else goes over these connections. */
    private void tell(byte kind, int culprit, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(text.length, MOST_REASON);
        byte[] frame = ByteBuffer.allocate(9 + length)
                .put(kind)
                .putInt(culprit)
                .putInt(length)
                .put(Arrays.copyOf(text, length))
                .array();
        for (int other = 0; other < links.ranks(); other++) {
            if (other == links.rank()) {
                continue;
            }
            SocketChannel channel = links.channel(Kind.CONTROL, other);
            try {
                synchronized (channel) {
                    ByteBuffer bytes = ByteBuffer.wrap(frame);
                    while (bytes.hasRemaining()) {
                        channel.write(bytes);
                    }
                }
            } catch (IOException e) {
                gone(other, "is not reached any more (" + e.getMessage() + ")");
            }
        }
    }

    /** Throws what made the group unusable, if anything did. */
    void requireSound(String op) {
        Failure known = failure;
        if (known != null) {
            throw new RankFailedException(op, known.culprit(), known.reason());
        }
    }

    /** The failure that explains why a rank's data ended; there is always one. */
    RankFailedException explain(String op, int other) {
        // The news may be on their way: whoever failed first is to blame, not who stopped because of it.
        long start = System.nanoTime();
        while (failure == null && !hasLeft(other) && System.nanoTime() - start < NEWS_NANOS) {
            LockSupport.parkNanos(100_000);
        }
        fail(other, hasLeft(other) ? "has closed its communicator" : "ended its connection");
        Failure known = failure;
        if (known == null) {
            throw new AssertionError("noted above");
        }
        return new RankFailedException(op, known.culprit(), known.reason());
    }

    /** Says goodbye, and first what went wrong, for whoever has not heard. */
    void close() {
        closed = true;
        tellFailure();
        tell(LEAVES, links.rank(), "");
    }
}
