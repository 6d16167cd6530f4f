package dev.tenon.error;

/**
 * A valid operator that this device does not run. There is no silent fallback: the caller chooses another device or
 * sets a policy.
 */
public final class UnsupportedOpException extends TenonException {
    private static final long serialVersionUID = 1L;

    private final String op;
    private final String device;

    /**
     * @param op the operator with its types and shapes
     * @param device the device's name, for example {@code opencl:0}
     * @param reason what the device lacks
     */
    public UnsupportedOpException(String op, String device, String reason) {
        super(op + " is not supported on " + device + ": " + reason);
        this.op = op;
        this.device = device;
    }

    public String op() {
        return op;
    }

    public String device() {
        return device;
    }
}
