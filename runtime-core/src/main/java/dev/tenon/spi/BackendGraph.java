package dev.tenon.spi;

import dev.tenon.op.Op;
import java.util.List;

/** Operators bound to their buffers, ready to run again. */
public interface BackendGraph extends AutoCloseable {
    /** Runs all operators in order on the stream that compiled them. */
    void replay();

    /**
     * Binds other operators, each checked and supported, in place of those it has, if only arguments and sizes differ. Replays that are
     * under way are not changed.
     *
     * @return false if it must be compiled anew; then it is what it was
     */
    default boolean update(List<Op> ops) {
        return false;
    }

    @Override
    void close();
}
