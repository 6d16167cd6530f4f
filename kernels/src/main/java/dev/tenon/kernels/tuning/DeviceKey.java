package dev.tenon.kernels.tuning;

/**
 * What a table keeps settings by.
 *
 * @param backend the backend's name
 * @param device the hardware's own name
 * @param driver its version; another one compiles other code
 */
public record DeviceKey(String backend, String device, String driver) {
    boolean isSameHardware(DeviceKey other) {
        return backend.equals(other.backend) && device.equals(other.device);
    }
}
