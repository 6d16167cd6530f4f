package dev.tenon.collectives.tcp;

import dev.tenon.comm.Rendezvous;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** Which of a host's addresses to listen at. */
final class TcpAddress {
    private TcpAddress() {}

    /**
     * All of them, or the loopback alone where the ranks meet there. A name that is not known here may be one that only leads
     * here, as that of a service does.
     */
    static InetSocketAddress listenAt(Rendezvous meeting, int port) {
        try {
            InetAddress address = InetAddress.getByName(meeting.host());
            return address.isLoopbackAddress() ? new InetSocketAddress(address, port) : new InetSocketAddress(port);
        } catch (UnknownHostException e) {
            return new InetSocketAddress(port);
        }
    }
}
