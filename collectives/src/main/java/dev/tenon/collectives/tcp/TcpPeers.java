package dev.tenon.collectives.tcp;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * What a rank knows of the ranks that it met, by which groups of them connect. Lives as long as a communicator of the job's does
 * that came of the meeting.
 */
final class TcpPeers {
    private final String job;
    private final long token;
    private final List<InetSocketAddress> addresses;
    private final TcpListener listener;
    private int users;

    TcpPeers(String job, long token, List<InetSocketAddress> addresses, TcpListener listener) {
        this.job = job;
        this.token = token;
        this.addresses = List.copyOf(addresses);
        this.listener = listener;
        listener.start(job, token);
    }

    String job() {
        return job;
    }

    long token() {
        return token;
    }

    TcpListener listener() {
        return listener;
    }

    /** Where a rank of the job listens. */
    InetSocketAddress address(int rank) {
        return addresses.get(rank);
    }

    synchronized void acquire() {
        users++;
    }

    synchronized void release() {
        users--;
        if (users == 0) {
            listener.close();
        }
    }
}
