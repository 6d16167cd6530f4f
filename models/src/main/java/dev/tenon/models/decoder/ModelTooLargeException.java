package dev.tenon.models.decoder;

import dev.tenon.error.TenonException;
import java.util.List;

/** A model, with its cache, does not fit on the devices that it was to lie on. Nothing was loaded. */
public final class ModelTooLargeException extends TenonException {
    private static final long serialVersionUID = 1L;

    private final long asked;
    private final long free;

    /**
     * @param devices their names
     * @param asked bytes of weights, cache and buffers
     * @param free bytes that the devices have for them together
     */
    public ModelTooLargeException(List<String> devices, long asked, long free) {
        super("the model needs %,d bytes for weights, cache and buffers on %s, where %,d are free"
                .formatted(asked, String.join(", ", devices), free));
        this.asked = asked;
        this.free = free;
    }

    /** Bytes of weights, cache and buffers. */
    public long asked() {
        return asked;
    }

    /** Bytes that the devices have for them together. */
    public long free() {
        return free;
    }
}
