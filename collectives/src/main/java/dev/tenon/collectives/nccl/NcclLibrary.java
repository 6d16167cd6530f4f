package dev.tenon.collectives.nccl;

import dev.tenon.error.CommunicatorException;
import dev.tenon.error.InvalidArgumentException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;

/** NCCL, version 2, where it is installed. */
public final class NcclLibrary {
    /** A library by name or path, in place of those that are looked for. */
    private static final String PROPERTY = "tenon.nccl.library";

    private static final List<String> NAMES = List.of("libnccl.so.2", "libnccl.so");

    private final NcclApi api;
    private final NcclVersion version;

    NcclLibrary(NcclApi api) {
        this.api = api;
        this.version = api.version();
        if (version.major() != 2) {
            throw new CommunicatorException("NCCL " + version + " is there, and version 2 is needed");
        }
    }

    /** Why there is none; empty if there is. */
    public static Optional<String> whyUnavailable() {
        return load().isPresent()
                ? Optional.empty()
                : Optional.of(
                        "NCCL is not installed: none of " + names() + " is found (-D" + PROPERTY + "=FILE names one)");
    }

    /** @throws CommunicatorException if there is none */
    public static NcclLibrary open() {
        return new NcclLibrary(load().orElseThrow(
                        () -> new CommunicatorException(whyUnavailable().orElse("NCCL cannot be loaded"))));
    }

    private static Optional<NcclApi> load() {
        return names().stream().map(NcclNative::load).flatMap(Optional::stream).findFirst();
    }

    private static List<String> names() {
        String named = System.getProperty(PROPERTY);
        return named == null ? NAMES : List.of(named);
    }

    public NcclVersion version() {
        return version;
    }

    /** A new group's id, 128 bytes: rank 0 makes it and gives it to all, for example by another communicator's broadcast. */
    public byte[] newGroup() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment id = arena.allocate(NcclApi.UNIQUE_ID);
            api.uniqueId(id);
            return id.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /**
     * Joins a group, on the calling thread's current CUDA device; returns when all ranks have.
     *
     * @param group what rank 0's {@link #newGroup} answered
     */
    public NcclRank join(byte[] group, int rank, int ranks) {
        if (group.length != NcclApi.UNIQUE_ID || rank < 0 || rank >= ranks) {
            throw new InvalidArgumentException(
                    "a group's id of " + group.length + " bytes, rank " + rank + " of " + ranks);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment id = arena.allocate(NcclApi.UNIQUE_ID);
            MemorySegment.copy(MemorySegment.ofArray(group), 0, id, 0, NcclApi.UNIQUE_ID);
            return new NcclRank(api, api.join(ranks, id, rank), rank, ranks);
        }
    }
}
