package dev.tenon.collectives.tcp;

import dev.tenon.collectives.tcp.TcpLinks.Kind;
import java.util.ArrayList;
import java.util.List;

/** The one step that all collectives are made of: every rank sends something to every other and receives something. */
final class TcpExchange {
    private final TcpLinks links;
    private final TcpEngine engine;

    TcpExchange(TcpLinks links, TcpEngine engine) {
        this.links = links;
        this.engine = engine;
    }

    /**
     * Returns when all that is to come has come and all that is to go is the system's. What concerns this rank itself is passed
     * over.
     *
     * @param from addresses of what goes to each rank
     * @param fromBytes how much of it; 0 is nothing
     * @param to addresses where what each rank sends is put
     */
    void run(String op, long[] from, long[] fromBytes, long[] to, long[] toBytes) {
        List<Transfer> transfers = new ArrayList<>(2 * links.ranks());
        for (int i = 1; i < links.ranks(); i++) {
            int target = (links.rank() + i) % links.ranks();
            int source = (links.rank() - i + links.ranks()) % links.ranks();
            if (fromBytes[target] > 0) {
                transfers.add(new Transfer(
                        target, links.channel(Kind.COLLECTIVES, target), true, from[target], fromBytes[target]));
            }
            if (toBytes[source] > 0) {
                transfers.add(new Transfer(
                        source, links.channel(Kind.COLLECTIVES, source), false, to[source], toBytes[source]));
            }
        }
        engine.run(op, transfers);
    }

    void close() {
        engine.close();
    }
}
