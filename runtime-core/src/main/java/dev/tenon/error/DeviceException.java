package dev.tenon.error;

/** A device that does not exist, cannot be reached, or does not fit the operands given to it. */
public class DeviceException extends TenonException {
    private static final long serialVersionUID = 1L;

    private final String device;

    public DeviceException(String device, String problem) {
        super(device + ": " + problem);
        this.device = device;
    }

    public String device() {
        return device;
    }
}
