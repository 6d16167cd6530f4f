package dev.tenon.collectives.nccl;

import dev.tenon.error.CommunicatorException;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.NativeStream;
import dev.tenon.spi.Transport;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Brings ranks together in communicators of NCCL's, whose ids go over a transport that connects them already. */
final class NcclMeeting {
    private static final String OP = "join";
    /** For news of who failed, which NCCL may be ahead of. */
    private static final long NEWS_NANOS = 2_000_000_000L;

    private final NcclApi api;
    private final Transport control;
    private final Duration timeout;

    NcclMeeting(NcclApi api, Transport control, Duration timeout) {
        this.api = api;
        this.control = control;
        this.timeout = timeout;
    }

    /** Begins to join. It is to be called with a stream's device current. */
    private interface Begin {
        void run(MemorySegment comm);
    }

    /** Joins all ranks; called by all. */
    NcclQueue join(BackendDevice device) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment id = arena.allocate(NcclApi.UNIQUE_ID);
            if (control.rank() == 0) {
                api.uniqueId(id);
            }
            control.broadcast(id, 0);
            return open(device, control.size(), comm -> api.join(comm, control.size(), id, control.rank()));
        }
    }

    /** Joins one other rank, which calls it too: the one that sends, as rank 0 of the two, and the one that receives. */
    NcclQueue joinPair(BackendDevice device, int peer, boolean sends) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment id = arena.allocate(NcclApi.UNIQUE_ID);
            if (sends) {
                api.uniqueId(id);
                control.send(id, peer);
            } else {
                control.receive(id, peer);
            }
            return open(device, 2, comm -> api.join(comm, 2, id, sends ? 0 : 1));
        }
    }

    /** Joins those of a communicator's ranks that a transport connects. */
    NcclQueue split(NcclQueue whole, int colour, Transport part) {
        return open(whole.device(), part.size(), made -> whole.comm().split(colour, control.rank(), made));
    }

    private NcclQueue open(BackendDevice device, int ranks, Begin begin) {
        NativeStream stream = NcclQueue.openStream(device);
        boolean opened = false;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment made = arena.allocate(ValueLayout.JAVA_LONG);
            stream.submitNative(List.of(), (handle, addresses) -> begin.run(made));
            NcclComm comm = new NcclComm(api, made.get(ValueLayout.JAVA_LONG, 0), ranks);
            settleOrAbort(comm);
            opened = true;
            return new NcclQueue(device, stream, comm);
        } finally {
            if (!opened) {
                stream.close();
            }
        }
    }

    private void settleOrAbort(NcclComm comm) {
        boolean settled = false;
        try {
            settle(comm, OP);
            settled = true;
        } finally {
            if (!settled) {
                comm.abort();
            }
        }
    }

    /**
     * Joins devices of this process, all of them from this thread, as one group of calls.
     *
     * @return by rank
     */
    List<NcclQueue> joinAll(List<BackendDevice> devices) {
        List<NativeStream> streams = new ArrayList<>();
        List<NcclComm> comms = new ArrayList<>();
        boolean joined = false;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment id = arena.allocate(NcclApi.UNIQUE_ID);
            api.uniqueId(id);
            MemorySegment made = arena.allocate(ValueLayout.JAVA_LONG, devices.size());
            api.groupStart();
            try {
                for (int rank = 0; rank < devices.size(); rank++) {
                    NativeStream stream = NcclQueue.openStream(devices.get(rank));
                    streams.add(stream);
                    MemorySegment place = made.asSlice(8L * rank, 8);
                    int number = rank;
                    stream.submitNative(List.of(), (handle, addresses) -> api.join(place, devices.size(), id, number));
                }
            } finally {
                api.groupEnd();
            }
            for (int rank = 0; rank < devices.size(); rank++) {
                comms.add(new NcclComm(api, made.getAtIndex(ValueLayout.JAVA_LONG, rank), devices.size()));
            }
            comms.forEach(comm -> settle(comm, OP));
            joined = true;
        } finally {
            if (!joined) {
                comms.forEach(NcclComm::abort);
                streams.forEach(NativeStream::close);
            }
        }
        List<NcclQueue> queues = new ArrayList<>();
        for (int rank = 0; rank < devices.size(); rank++) {
            queues.add(new NcclQueue(devices.get(rank), streams.get(rank), comms.get(rank)));
        }
        return queues;
    }

    /** Waits until what was begun on the host has ended there. */
    void settle(NcclComm comm, String op) {
        NcclWait.until(() -> comm.isSettled(op), op, control, () -> {}, timeout);
    }

    /** Who failed, if that becomes known soon. */
    Optional<CommunicatorException> whoFailed(String op) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < NEWS_NANOS) {
            try {
                control.requireSound(op);
            } catch (CommunicatorException known) {
                return Optional.of(known);
            }
            LockSupport.parkNanos(1_000_000);
        }
        return Optional.empty();
    }
}
