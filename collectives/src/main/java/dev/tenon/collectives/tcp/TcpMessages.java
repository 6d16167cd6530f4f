package dev.tenon.collectives.tcp;

import dev.tenon.collectives.Memory;
import dev.tenon.collectives.tcp.TcpLinks.Kind;
import dev.tenon.error.CommunicatorException;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Messages between two ranks: each is its length, eight bytes, and its bytes. */
final class TcpMessages {
    private final TcpLinks links;
    private final TcpControl control;
    private final Duration timeout;
    /** One a peer and direction: these have threads of their own. */
    private final Map<Integer, TcpEngine> sending = new ConcurrentHashMap<>();

    private final Map<Integer, TcpEngine> receiving = new ConcurrentHashMap<>();

    TcpMessages(TcpLinks links, TcpControl control, Duration timeout) {
        this.links = links;
        this.control = control;
        this.timeout = timeout;
    }

    void send(long data, long bytes, int to) {
        try (Arena arena = Arena.ofConfined()) {
            long length = arena.allocate(8, 8).address();
            Memory.setLong(length, bytes);
            TcpEngine engine = engine(sending, to);
            engine.run("send", List.of(transfer(to, true, length, 8)));
            engine.run("send", List.of(transfer(to, true, data, bytes)));
        }
    }

    void receive(long data, long bytes, int from) {
        try (Arena arena = Arena.ofConfined()) {
            long length = arena.allocate(8, 8).address();
            TcpEngine engine = engine(receiving, from);
            engine.run("receive", List.of(transfer(from, false, length, 8)));
            long sent = Memory.getLong(length);
            if (sent != bytes) {
                String problem = "sent " + sent + " bytes to rank " + links.rank() + ", which wants " + bytes;
                control.fail(from, problem);
                throw new CommunicatorException("receive: rank " + from + " " + problem);
            }
            engine.run("receive", List.of(transfer(from, false, data, bytes)));
        }
    }

    private Transfer transfer(int peer, boolean sends, long address, long bytes) {
        return new Transfer(peer, links.channel(Kind.MESSAGES, peer), sends, address, bytes);
    }

    private TcpEngine engine(Map<Integer, TcpEngine> engines, int peer) {
        return engines.computeIfAbsent(peer, unused -> new TcpEngine(control, timeout, links.rank()));
    }

    void close() {
        sending.values().forEach(TcpEngine::close);
        receiving.values().forEach(TcpEngine::close);
    }
}
