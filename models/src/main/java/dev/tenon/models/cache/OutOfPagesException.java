package dev.tenon.models.cache;

import dev.tenon.error.TenonException;

/** A cache has too few free pages. Nothing was changed: close a sequence and try again. */
public final class OutOfPagesException extends TenonException {
    private static final long serialVersionUID = 1L;

    private final int asked;
    private final int used;
    private final int free;

    /**
     * @param asked pages asked for
     * @param used pages held by sequences
     * @param free pages left
     * @param pageSize positions a page
     */
    public OutOfPagesException(int asked, int used, int free, int pageSize) {
        super("the cache is full: asked for %,d pages of %d positions, %,d in use, %,d free"
                .formatted(asked, pageSize, used, free));
        this.asked = asked;
        this.used = used;
        this.free = free;
    }

    public int asked() {
        return asked;
    }

    public int used() {
        return used;
    }

    public int free() {
        return free;
    }
}
