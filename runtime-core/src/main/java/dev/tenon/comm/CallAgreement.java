package dev.tenon.comm;

import dev.tenon.error.CollectiveMismatchException;
import dev.tenon.spi.Transport;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The checking mode: before a collective, ranks tell each other what they are about to call. */
final class CallAgreement {
    /** Room for a call's description; what is longer is cut, and compared by a hash of the whole as well. */
    private static final int BYTES = 248;

    private static final int SLOT = 256;

    private final Transport transport;
    private final MemorySegment mine;
    private final MemorySegment all;
    private @Nullable CollectiveMismatchException failure;

    CallAgreement(Transport transport) {
        this.transport = transport;
        Arena arena = Arena.ofAuto();
        this.mine = arena.allocate(SLOT, 8);
        this.all = arena.allocate((long) SLOT * transport.size(), 8);
    }

    void require(String call) {
        if (failure != null) {
            throw failure;
        }
        mine.fill((byte) 0);
        byte[] text = call.getBytes(StandardCharsets.UTF_8);
        MemorySegment.copy(MemorySegment.ofArray(text), 0, mine, 0, Math.min(text.length, BYTES - 1));
        mine.set(ValueLayout.JAVA_INT, BYTES, call.hashCode());
        transport.allGather(mine, all);
        for (int rank = 0; rank < transport.size(); rank++) {
            if (MemorySegment.mismatch(all, (long) rank * SLOT, (long) (rank + 1) * SLOT, mine, 0, SLOT) >= 0) {
                // Every rank sees the same and stops by itself: there is nobody to tell.
                failure = mismatch();
                throw failure;
            }
        }
    }

    private CollectiveMismatchException mismatch() {
        List<String> calls = new ArrayList<>();
        for (int rank = 0; rank < transport.size(); rank++) {
            calls.add(all.getString((long) rank * SLOT));
        }
        return new CollectiveMismatchException(calls);
    }
}
