package dev.tenon.collectives.process;

import dev.tenon.collectives.shared.Region;
import dev.tenon.error.CollectiveTimeoutException;
import dev.tenon.error.CommunicatorException;
import dev.tenon.error.RankFailedException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Brings processes together: rank 0 makes the file and a link to it, the others find it, all map it, and rank 0 removes the
 * names once the last has come.
 */
final class ProcessMeeting {
    private static final String OP = "join";
    /** So many ranks have large slots. */
    private static final int FEW = 16;

    private static final long POLL_NANOS = 200_000;
    private static final long LOOK_NANOS = 20_000_000;

    private final MeetingFiles files = MeetingFiles.ofHost();
    private final Path link;
    private final int rank;
    private final int ranks;
    private final int slot;
    private final Duration timeout;
    private final long start = System.nanoTime();
    private long looked = start;

    private ProcessMeeting(String name, int rank, int ranks, Duration timeout) {
        this.link = files.link(name);
        this.rank = rank;
        this.ranks = ranks;
        this.slot = ranks <= FEW ? Region.LARGE_SLOT : Region.SMALL_SLOT;
        this.timeout = timeout;
    }

    /**
     * @param name of the meeting, the same on all ranks and used by nobody else on this host
     * @throws CommunicatorException if the others do not come in time, or one ends meanwhile
     */
    static MappedRegion join(String name, int rank, int ranks, Duration timeout) {
        ProcessMeeting meeting = new ProcessMeeting(name, rank, ranks, timeout);
        try {
            meeting.files.sweep();
            return rank == 0 ? meeting.lead() : meeting.follow();
        } catch (IOException e) {
            throw new CommunicatorException("cannot meet the other ranks in " + meeting.link, e);
        }
    }

    private MappedRegion lead() throws IOException {
        long bytes = Region.bytes(ranks, slot);
        if (files.freeBytes() < bytes) {
            throw new CommunicatorException(
                    link.getParent() + " has " + files.freeBytes() + " bytes left; " + ranks + " ranks need " + bytes);
        }
        Path data = files.newData();
        MappedRegion mapped = open(data, true);
        boolean met = false;
        try {
            mapped.region().format();
            mapped.region().arrive(0, ProcessHandle.current().pid());
            while (!MeetingFiles.tryLink(link, data)) {
                // A dead job's link goes by being followed; a living one's goes when that job has met.
                if (files.follow(link).isPresent()) {
                    requireTime("another job of the same name is still meeting in " + link);
                    LockSupport.parkNanos(POLL_NANOS);
                }
            }
            while (!missing(mapped).isEmpty()) {
                requireSound(mapped);
                if (isLate()) {
                    throw late(mapped);
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
            files.remove(link, data);
            mapped.region().setReady();
            met = true;
            return mapped;
        } finally {
            if (!met) {
                files.remove(link, data);
                mapped.close();
            }
        }
    }

    private MappedRegion follow() throws IOException {
        while (true) {
            Optional<Path> data = files.follow(link);
            @Nullable MappedRegion mapped = data.isEmpty() ? null : enter(data.get());
            if (mapped != null) {
                awaitReady(mapped, data.orElseThrow());
                return mapped;
            }
            if (isLate()) {
                files.sweep();
                throw new CollectiveTimeoutException(OP, List.of(0), timeout);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Null: it has gone meanwhile, or is another meeting's that just ended. */
    private @Nullable MappedRegion enter(Path data) throws IOException {
        MappedRegion mapped;
        try {
            mapped = open(data, false);
        } catch (NoSuchFileException gone) {
            return null;
        }
        boolean entered = false;
        try {
            int expected = mapped.region().formattedRanks();
            if (expected != ranks) {
                throw new CommunicatorException(
                        "rank " + rank + " of " + ranks + " ranks came to a meeting of " + expected);
            }
            if (mapped.region().isReady()) {
                return null;
            }
            if (!mapped.locks().take(rank)) {
                throw new CommunicatorException("another process is rank " + rank + " of this job already");
            }
            mapped.region().arrive(rank, ProcessHandle.current().pid());
            entered = true;
            return mapped;
        } finally {
            if (!entered) {
                mapped.close();
            }
        }
    }

    private void awaitReady(MappedRegion mapped, Path data) throws IOException {
        boolean met = false;
        try {
            while (!mapped.region().isReady()) {
                requireSound(mapped);
                if (isLate()) {
                    throw late(mapped);
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
            met = true;
        } finally {
            if (!met) {
                files.remove(link, data);
                mapped.close();
            }
        }
    }

    @SuppressWarnings("MustBeClosedChecker") // what is returned closes it
    private MappedRegion open(Path data, boolean create) throws IOException {
        Set<StandardOpenOption> options = create
                ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)
                : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileChannel channel = create
                ? FileChannel.open(
                        data,
                        options,
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
                : FileChannel.open(data, options);
        Arena arena = Arena.ofShared();
        try {
            RankLocks locks = new RankLocks(channel);
            if (create && !locks.take(0)) {
                throw new AssertionError("a new file is locked");
            }
            long address = channel.map(FileChannel.MapMode.READ_WRITE, 0, Region.bytes(ranks, slot), arena)
                    .address();
            return new MappedRegion(new Region(address, ranks, slot, arena), locks, channel, arena);
        } catch (IOException | RuntimeException | Error e) {
            arena.close();
            channel.close();
            if (create) {
                Files.deleteIfExists(data);
            }
            throw e;
        }
    }

    private List<Integer> missing(MappedRegion mapped) {
        List<Integer> missing = new ArrayList<>();
        for (int r = 0; r < ranks; r++) {
            if (mapped.region().isAbsent(r)) {
                missing.add(r);
            }
        }
        return missing;
    }

    /** Looks now and then after the ranks that have come. */
    private void requireSound(MappedRegion mapped) throws IOException {
        Region region = mapped.region();
        long now = System.nanoTime();
        if (now - looked > LOOK_NANOS) {
            looked = now;
            for (int r = 0; r < ranks; r++) {
                if (!region.isAbsent(r) && !mapped.locks().isHeld(r)) {
                    region.fail(r, mapped.describeEnd(r));
                }
            }
        }
        if (region.culprit() >= 0) {
            throw new RankFailedException(OP, region.culprit(), region.reason());
        }
    }

    private CollectiveTimeoutException late(MappedRegion mapped) {
        List<Integer> missing = missing(mapped);
        int first = missing.isEmpty() ? 0 : missing.getFirst();
        mapped.region().fail(first, "did not come within " + timeout.toMillis() + " ms, says rank " + rank);
        return new CollectiveTimeoutException(OP, missing, timeout);
    }

    private boolean isLate() {
        return System.nanoTime() - start > timeout.toNanos();
    }

    private void requireTime(String problem) {
        if (isLate()) {
            throw new CommunicatorException(OP + ": " + problem);
        }
    }
}
