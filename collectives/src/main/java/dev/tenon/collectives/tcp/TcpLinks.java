package dev.tenon.collectives.tcp;

import dev.tenon.error.CollectiveTimeoutException;
import dev.tenon.error.CommunicatorException;
import dev.tenon.error.RankFailedException;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one group: to every other rank one of each kind, so that a message nobody has received yet, or an abort, is
 * not in the way of a collective.
 */
final class TcpLinks {
    /** What goes over a connection. */
    enum Kind {
        /** Who failed, and who leaves. */
        CONTROL,
        COLLECTIVES,
        MESSAGES
    }

    private final int rank;
    private final Map<Kind, List<@Nullable SocketChannel>> channels = new EnumMap<>(Kind.class);

    private TcpLinks(int rank, int ranks) {
        this.rank = rank;
        for (Kind kind : Kind.values()) {
            List<@Nullable SocketChannel> list = new ArrayList<>();
            for (int r = 0; r < ranks; r++) {
                list.add(null);
            }
            channels.put(kind, list);
        }
    }

    /**
     * Connects the ranks of a group, all of which call this.
     *
     * @param name of the group, the same on all of them and new to the job
     * @param members their ranks in the job, by their ranks in the group
     * @param rank this one's in the group
     */
    static TcpLinks connect(TcpPeers peers, String name, List<Integer> members, int rank, Duration timeout) {
        TcpLinks links = new TcpLinks(rank, members.size());
        Deadline deadline = new Deadline(timeout);
        boolean connected = false;
        try {
            // Nobody needs to be waited for to be connected to.
            for (int other = 0; other < rank; other++) {
                links.call(peers, name, members.get(other), other, deadline);
            }
            for (int other = rank + 1; other < members.size(); other++) {
                links.answer(peers, name, other, deadline);
            }
            connected = true;
            return links;
        } finally {
            if (!connected) {
                links.close();
            }
        }
    }

    private void call(TcpPeers peers, String name, int member, int other, Deadline deadline) {
        for (Kind kind : Kind.values()) {
            try {
                SocketChannel channel = SocketChannel.open();
                put(kind, other, channel);
                channel.socket().connect(peers.address(member), deadline.millis(Integer.MAX_VALUE));
                new Hello(peers.job(), Hello.name(name), rank, 0, kind.ordinal(), peers.token())
                        .write(channel.socket().getOutputStream());
                ready(channel, kind);
            } catch (IOException e) {
                RankFailedException failure = new RankFailedException(
                        TcpMeeting.OP, other, "does not answer at " + peers.address(member) + ": " + e.getMessage());
                failure.initCause(e);
                throw failure;
            }
        }
    }

    private void answer(TcpPeers peers, String name, int other, Deadline deadline) {
        for (Kind kind : Kind.values()) {
            TcpListener.Expected expected = new TcpListener.Expected(Hello.name(name), other, kind);
            CompletableFuture<SocketChannel> connection = peers.listener().expect(expected);
            try {
                SocketChannel channel = connection.get(deadline.millis(Integer.MAX_VALUE), TimeUnit.MILLISECONDS);
                put(kind, other, channel);
                ready(channel, kind);
            } catch (TimeoutException e) {
                throw new CollectiveTimeoutException(TcpMeeting.OP, List.of(other), deadline.timeout());
            } catch (ExecutionException | IOException e) {
                throw new CommunicatorException("rank " + other + " cannot be connected to", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CommunicatorException("interrupted while it waited for rank " + other, e);
            } finally {
                peers.listener().forget(expected);
            }
        }
    }

    /** Data goes as far as it can without waiting; the control connection has a thread that waits. */
    private static void ready(SocketChannel channel, Kind kind) throws IOException {
        Sockets.tune(channel);
        channel.configureBlocking(kind == Kind.CONTROL);
    }

    private void put(Kind kind, int other, SocketChannel channel) {
        of(kind).set(other, channel);
    }

    private List<@Nullable SocketChannel> of(Kind kind) {
        List<@Nullable SocketChannel> list = channels.get(kind);
        if (list == null) {
            throw new AssertionError(kind);
        }
        return list;
    }

    int rank() {
        return rank;
    }

    int ranks() {
        return of(Kind.CONTROL).size();
    }

    SocketChannel channel(Kind kind, int other) {
        SocketChannel channel = of(kind).get(other);
        if (channel == null) {
            throw new AssertionError("rank " + other + " is not connected");
        }
        return channel;
    }

    /** What was sent still arrives. */
    void close() {
        for (Kind kind : Kind.values()) {
            for (SocketChannel channel : of(kind)) {
                if (channel != null) {
                    Sockets.close(channel);
                }
            }
        }
    }
}
