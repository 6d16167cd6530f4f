package dev.tenon.collectives.mpi;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Room for the handle of a request, for what is asked of it, and for its status. */
final class MpiRequest {
    private static final int FLAG_AT = 8;
    private static final int STATUS_AT = 16;

    /** The largest of the libraries' statuses has 32. */
    private static final int STATUS_BYTES = 64;

    private final Arena arena = Arena.ofAuto();
    private final MemorySegment memory = arena.allocate(STATUS_AT + STATUS_BYTES, 8);

    /** Where the handle is; an address. */
    long handle() {
        return memory.address();
    }

    /** Where the answer goes; an address. */
    long flag() {
        return memory.address() + FLAG_AT;
    }

    /** Where the status is; an address. */
    long status() {
        return memory.address() + STATUS_AT;
    }

    int answer() {
        return memory.get(JAVA_INT, FLAG_AT);
    }

    boolean isFlagged() {
        return answer() != 0;
    }
}
