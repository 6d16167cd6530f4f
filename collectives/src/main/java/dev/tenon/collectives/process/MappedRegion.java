package dev.tenon.collectives.process;

import dev.tenon.collectives.shared.Region;
import dev.tenon.error.CommunicatorException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;

/** A region in a file that this process has open. */
record MappedRegion(Region region, RankLocks locks, FileChannel channel, Arena arena) implements AutoCloseable {
    /** To follow the rank's name in a sentence. */
    String describeEnd(int rank) {
        return "(process " + region.pid(rank) + ") ended without closing its communicator";
    }

    @Override
    public void close() {
        arena.close();
        try {
            channel.close();
        } catch (IOException e) {
            throw new CommunicatorException("cannot close the shared memory's file", e);
        }
    }
}
