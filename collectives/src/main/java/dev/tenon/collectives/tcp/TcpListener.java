package dev.tenon.collectives.tcp;

import dev.tenon.comm.Rendezvous;
import dev.tenon.error.CommunicatorException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Takes the connections of other ranks and keeps each until it is asked for: a rank may come before this one knows of the group.
 * Who does not know the job's token is sent away.
 */
final class TcpListener implements AutoCloseable {
    private static final int HELLO_MILLIS = 10_000;

    private final ServerSocketChannel server;
    private final Map<Expected, CompletableFuture<SocketChannel>> connections = new ConcurrentHashMap<>();
    private volatile String job = "";
    private volatile long token;

    /** What a connection is for. */
    record Expected(String group, int rank, TcpLinks.Kind kind) {}

    TcpListener(Rendezvous meeting) throws IOException {
        server = ServerSocketChannel.open().bind(TcpAddress.listenAt(meeting, 0), 1024);
    }

    int port() {
        return server.socket().getLocalPort();
    }

    /** Begins to take connections, once the ranks have met. */
    void start(String ofJob, long withToken) {
        job = ofJob;
        token = withToken;
        Thread.ofPlatform().daemon().name("tcp listener").start(this::accept);
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel channel = server.accept();
                Thread.ofVirtual().start(() -> welcome(channel));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // One connection that failed while it was made: the rank behind it tries again or is missed.
                continue;
            }
        }
    }

    private void welcome(SocketChannel channel) {
        boolean kept = false;
        try {
            channel.socket().setSoTimeout(HELLO_MILLIS);
            Hello hello = Hello.read(channel.socket().getInputStream());
            TcpLinks.Kind[] kinds = TcpLinks.Kind.values();
            if (hello.token() == token
                    && hello.job().equals(job)
                    && hello.detail() >= 0
                    && hello.detail() < kinds.length) {
                kept = future(new Expected(hello.group(), hello.rank(), kinds[hello.detail()]))
                        .complete(channel);
            }
        } catch (IOException | CommunicatorException e) {
            // Not one of ours, or one that ended: whoever waits for a rank will say that it did not come.
            kept = false;
        } finally {
            if (!kept) {
                Sockets.close(channel);
            }
        }
    }

    private CompletableFuture<SocketChannel> future(Expected what) {
        return connections.computeIfAbsent(what, unused -> new CompletableFuture<>());
    }

    /** A connection that has come or will. */
    CompletableFuture<SocketChannel> expect(Expected what) {
        return future(what);
    }

    /** It has been used: another of the same name would be another. */
    void forget(Expected what) {
        connections.remove(what);
    }

    @Override
    public void close() {
        Sockets.close(server);
        connections.values().forEach(each -> each.thenAccept(Sockets::close));
    }
}
