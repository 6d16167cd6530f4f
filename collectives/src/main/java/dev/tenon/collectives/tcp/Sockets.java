package dev.tenon.collectives.tcp;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.Map;
import jdk.net.ExtendedSocketOptions;

/** What is done with sockets of every kind. */
final class Sockets {
    /** A host that vanished is noticed after about half a minute, if its silence is not noticed by a timeout before. */
    private static final Map<SocketOption<Integer>, Integer> KEEP_ALIVE = Map.of(
            ExtendedSocketOptions.TCP_KEEPIDLE, 15,
            ExtendedSocketOptions.TCP_KEEPINTERVAL, 5,
            ExtendedSocketOptions.TCP_KEEPCOUNT, 3);

    private Sockets() {}

    /** Small messages go at once, and a silent connection is looked after. */
    static void tune(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        for (Map.Entry<SocketOption<Integer>, Integer> each : KEEP_ALIVE.entrySet()) {
            if (channel.supportedOptions().contains(each.getKey())) {
                channel.setOption(each.getKey(), each.getValue());
            }
        }
    }

    /** A socket that cannot be closed is closed for all that can be done about it. */
    static void close(Closeable socket) {
        try {
            socket.close();
        } catch (IOException e) {
            return;
        }
    }
}
