package dev.tenon.collectives.thread;

import dev.tenon.collectives.shared.Group;
import dev.tenon.collectives.shared.Region;
import dev.tenon.collectives.shared.SharedTransport;
import dev.tenon.spi.Transport;
import java.time.Duration;
import java.util.Optional;

/** One thread's end of a meeting. A thread's end is not noticed by others unless it closes its communicator. */
record ThreadGroupEnd(ThreadMeeting meeting, Duration timeout) implements Group {
    static Transport join(ThreadMeeting meeting, int rank, Duration timeout) {
        meeting.region().arrive(rank, ProcessHandle.current().pid());
        return new SharedTransport(new ThreadGroupEnd(meeting, timeout), rank, timeout);
    }

    @Override
    public Region region() {
        return meeting.region();
    }

    @Override
    public boolean isOneProcess() {
        return true;
    }

    @Override
    public String description() {
        return "threads of one process";
    }

    @Override
    public Transport split(String name, int rank, int ranks) {
        return join(meeting.split(name, ranks), rank, timeout);
    }

    @Override
    public Optional<String> whyGone(int rank) {
        return Optional.empty();
    }

    @Override
    public void close() {}
}
