package dev.tenon.models.cache;

import dev.tenon.error.TenonException;

/** A sequence would pass the context's length. Nothing was changed. */
public final class ContextOverflowException extends TenonException {
    private static final long serialVersionUID = 1L;

    private final long length;
    private final long added;
    private final long limit;

    /** All in positions: what the sequence holds, what was to be added, and the most that it may hold. */
    public ContextOverflowException(long length, long added, long limit) {
        super("%,d tokens after %,d pass the context of %,d".formatted(added, length, limit));
        this.length = length;
        this.added = added;
        this.limit = limit;
    }

    public long length() {
        return length;
    }

    public long added() {
        return added;
    }

    public long limit() {
        return limit;
    }
}
