package dev.tenon.collectives.process;

import dev.tenon.collectives.shared.Group;
import dev.tenon.collectives.shared.Region;
import dev.tenon.collectives.shared.SharedTransport;
import dev.tenon.error.CommunicatorException;
import dev.tenon.spi.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** One process's end of a meeting. */
record ProcessGroupEnd(String name, MappedRegion mapped, Duration timeout) implements Group {
    static Transport join(String name, int rank, int ranks, Duration timeout) {
        MappedRegion mapped = ProcessMeeting.join(name, rank, ranks, timeout);
        return new SharedTransport(new ProcessGroupEnd(name, mapped, timeout), rank, timeout);
    }

    @Override
    public Region region() {
        return mapped.region();
    }

    @Override
    public boolean isOneProcess() {
        return false;
    }

    @Override
    public String description() {
        return "shared memory";
    }

    @Override
    public Transport split(String split, int rank, int ranks) {
        return join(name + "/" + split, rank, ranks, timeout);
    }

    @Override
    public Optional<String> whyGone(int rank) {
        try {
            return mapped.locks().isHeld(rank) ? Optional.empty() : Optional.of(mapped.describeEnd(rank));
        } catch (IOException e) {
            throw new CommunicatorException("cannot see whether rank " + rank + " lives", e);
        }
    }

    @Override
    public void close() {
        mapped.close();
    }
}
