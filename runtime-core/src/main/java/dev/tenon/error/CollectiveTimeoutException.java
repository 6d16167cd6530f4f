package dev.tenon.error;

import java.time.Duration;
import java.util.List;

/** Ranks that did not come to a collective in time. They may be late, stuck, or in another collective. */
public final class CollectiveTimeoutException extends CommunicatorException {
    private static final long serialVersionUID = 1L;

    private final String op;
    private final transient List<Integer> missing;

    /**
     * @param op what was waited in, for example {@code allReduce}
     * @param missing the ranks that had not come when the time was up; empty where the transport cannot tell
     */
    public CollectiveTimeoutException(String op, List<Integer> missing, Duration timeout) {
        super(op + ": waited " + timeout.toMillis() + " ms for "
                + (missing.isEmpty() ? "the other ranks" : "ranks " + missing));
        this.op = op;
        this.missing = List.copyOf(missing);
    }

    public String op() {
        return op;
    }

    public List<Integer> missing() {
        return missing;
    }
}
