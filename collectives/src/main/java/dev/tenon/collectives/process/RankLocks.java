package dev.tenon.collectives.process;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;

/**
 * Each rank holds a lock on a byte of its own in the meeting's file. The system lets go of it however the process ends, at
 * once, and whatever other process may have its number by then: a rank whose lock can be had is no more.
 */
final class RankLocks {
    /** Far behind the data; a lock needs no bytes under it. */
    private static final long FIRST = 1L << 40;

    private final FileChannel channel;

    RankLocks(FileChannel channel) {
        this.channel = channel;
    }

    /** Takes a rank's lock until the channel is closed; false if another process has it. */
    boolean take(int rank) throws IOException {
        try {
            return channel.tryLock(FIRST + rank, 1, false) != null;
        } catch (OverlappingFileLockException ofThisProcess) {
            return false;
        }
    }

    boolean isHeld(int rank) throws IOException {
        try (FileLock lock = channel.tryLock(FIRST + rank, 1, false)) {
            return lock == null;
        } catch (OverlappingFileLockException ofThisProcess) {
            return true;
        }
    }
}
