package dev.tenon.collectives.nccl;

import dev.tenon.error.CommunicatorException;
import dev.tenon.error.NativeCallException;
import dev.tenon.spi.Transport;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Whether all ranks have NCCL, in one version. */
final class NcclAgreement {
    private static final int BYTES = 512;

    private NcclAgreement() {}

    /**
     * Called by all ranks, and answers or throws on all.
     *
     * @throws CommunicatorException if one has none, with each such rank's reason, or versions differ
     */
    static NcclLibrary reach(Transport control, Supplier<NcclLibrary> open) {
        NcclLibrary library = null;
        String mine;
        try {
            library = open.get();
            mine = "=" + library.version();
        } catch (CommunicatorException | NativeCallException e) {
            mine = String.valueOf(e.getMessage());
        }
        List<String> all = exchange(control, mine);
        List<String> problems = new ArrayList<>();
        for (int rank = 0; rank < all.size(); rank++) {
            String said = all.get(rank);
            if (!said.startsWith("=")) {
                problems.add("rank " + rank + ": " + said);
            }
        }
        if (problems.isEmpty() && all.stream().distinct().count() > 1) {
            problems.add("versions differ by rank: "
                    + String.join(
                            ", ", all.stream().map(said -> said.substring(1)).toList()));
        }
        if (library == null || !problems.isEmpty()) {
            throw new CommunicatorException("nccl: " + String.join("; ", problems));
        }
        return library;
    }

    private static List<String> exchange(Transport control, String mine) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocate(BYTES, 8);
            MemorySegment all = arena.allocate((long) BYTES * control.size(), 8);
            byte[] text = mine.getBytes(StandardCharsets.UTF_8);
            MemorySegment.copy(MemorySegment.ofArray(text), 0, one, 0, Math.min(text.length, BYTES - 1));
            control.allGather(one, all);
            List<String> said = new ArrayList<>();
            for (int rank = 0; rank < control.size(); rank++) {
                said.add(all.getString((long) rank * BYTES));
            }
            return said;
        }
    }
}
