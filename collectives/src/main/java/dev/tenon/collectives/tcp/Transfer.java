package dev.tenon.collectives.tcp;

import dev.tenon.collectives.Memory;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** Bytes on their way to or from one rank. */
final class Transfer {
    /** What is given to the system at once: some systems copy all of it before they look how much goes. */
    private static final int MOST = 1 << 20;

    private final int peer;
    private final SocketChannel channel;
    private final boolean sends;
    private long address;
    private long left;

    Transfer(int peer, SocketChannel channel, boolean sends, long address, long bytes) {
        this.peer = peer;
        this.channel = channel;
        this.sends = sends;
        this.address = address;
        this.left = bytes;
    }

    int peer() {
        return peer;
    }

    SocketChannel channel() {
        return channel;
    }

    boolean isDone() {
        return left == 0;
    }

    /** What to wait for: a bit of {@link SelectionKey}. */
    int interest() {
        return isDone() ? 0 : sends ? SelectionKey.OP_WRITE : SelectionKey.OP_READ;
    }

    /** Moves what goes without waiting; whether anything did. */
    boolean move() throws IOException {
        long before = left;
        while (left > 0) {
            int length = (int) Math.min(MOST, left);
            var buffer = Memory.ALL.asSlice(address, length).asByteBuffer();
            int moved = sends ? channel.write(buffer) : channel.read(buffer);
            if (moved < 0) {
                throw new EOFException("rank " + peer + "'s data ended");
            }
            address += moved;
            left -= moved;
            if (moved < length) {
                break;
            }
        }
        return left < before;
    }
}
