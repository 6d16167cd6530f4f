package dev.tenon.cuda;

import dev.tenon.error.TenonException;
import java.lang.foreign.MemorySegment;

/**
 * Pinned host memory by way of which bytes go to a device and come from it: the driver copies from and to it without making
 * anyone wait, so that one piece is on its way while the next is filled or emptied. Made when it is first needed.
 */
final class Staging {
    /** Enough that a copy's fixed cost is small, little enough that two start to overlap soon. */
    static final long PIECE = 4 << 20;

    private static final int PIECES = 4;

    private final CudaDevice device;
    private final Piece[] pieces = new Piece[PIECES];
    private int next;

    /** One piece of pinned memory and the event after the last copy that used it. */
    private record Piece(MemorySegment memory, long event) {}

    Staging(CudaDevice device) {
        this.device = device;
    }

    /** Copies host memory to an address in a stream's order. The host memory may change when this returns. */
    synchronized void upload(Driver driver, MemorySegment from, long to, long stream) {
        for (long at = 0; at < from.byteSize(); at += PIECE) {
            long bytes = Math.min(PIECE, from.byteSize() - at);
            Piece piece = free(driver);
            MemorySegment.copy(from, at, piece.memory, 0, bytes);
            driver.copyToDevice(to + at, piece.memory.address(), bytes, stream);
            driver.recordEvent(piece.event, stream);
        }
    }

    /** Copies from an address to host memory in a stream's order, and waits until it is there. */
    synchronized void download(Driver driver, long from, MemorySegment to, long stream) {
        Piece[] under = new Piece[PIECES];
        long sent = 0;
        long received = 0;
        while (received < to.byteSize()) {
            while (sent < to.byteSize() && sent - received < PIECES * PIECE) {
                Piece piece = free(driver);
                driver.copyToHost(piece.memory.address(), from + sent, Math.min(PIECE, to.byteSize() - sent), stream);
                driver.recordEvent(piece.event, stream);
                under[(int) (sent / PIECE % PIECES)] = piece;
                sent += PIECE;
            }
            Piece piece = under[(int) (received / PIECE % PIECES)];
            driver.synchronizeEvent(piece.event);
            MemorySegment.copy(piece.memory, 0, to, received, Math.min(PIECE, to.byteSize() - received));
            received += PIECE;
        }
    }

    /** The piece that was used longest ago, once its copy is done. */
    private Piece free(Driver driver) {
        int index = next;
        next = (next + 1) % PIECES;
        Piece piece = pieces[index];
        if (piece == null) {
            piece = make(driver);
            pieces[index] = piece;
        } else {
            driver.synchronizeEvent(piece.event);
        }
        return piece;
    }

    private static Piece make(Driver driver) {
        long event = driver.createEvent(false);
        try {
            return new Piece(MemorySegment.ofAddress(driver.allocateHost(PIECE)).reinterpret(PIECE), event);
        } catch (TenonException e) {
            new Release(e).run(() -> driver.destroyEvent(event));
            throw e;
        }
    }

    synchronized void close(Driver driver, Release release) {
        for (int i = 0; i < PIECES; i++) {
            Piece piece = pieces[i];
            pieces[i] = null;
            if (piece != null) {
                release.run(() -> driver.destroyEvent(piece.event));
                release.run(() -> driver.freeHost(piece.memory.address()));
            }
        }
    }
}
