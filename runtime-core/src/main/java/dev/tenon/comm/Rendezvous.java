package dev.tenon.comm;

import dev.tenon.error.InvalidArgumentException;

/**
 * Where ranks of several hosts find each other: rank 0 listens there while they meet.
 *
 * @param host name or address of rank 0's host
 * @param port that rank 0 can listen at
 */
public record Rendezvous(String host, int port) {
    /** What {@code torchrun} listens at unless it is told otherwise. */
    public static final int DEFAULT_PORT = 29_500;

    public Rendezvous {
        if (host.isEmpty() || port < 1 || port > 65_535) {
            throw new InvalidArgumentException("ranks cannot meet at " + host + ":" + port);
        }
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
