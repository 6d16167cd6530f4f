package dev.tenon.error;

/** A device's pool cannot serve an allocation. The runtime stays usable: free something and try again. */
public final class OutOfDeviceMemoryException extends TenonException {
    private static final long serialVersionUID = 1L;

    private final long asked;
    private final long used;
    private final long free;

    /**
     * @param device the device's name
     * @param asked bytes asked for
     * @param used bytes held by live buffers
     * @param free bytes that the pool could still hand out, in any number of pieces
     */
    public OutOfDeviceMemoryException(String device, long asked, long used, long free) {
        super("out of memory on %s: asked for %,d bytes, %,d in use, %,d free".formatted(device, asked, used, free));
        this.asked = asked;
        this.used = used;
        this.free = free;
    }

    public long asked() {
        return asked;
    }

    public long used() {
        return used;
    }

    public long free() {
        return free;
    }
}
