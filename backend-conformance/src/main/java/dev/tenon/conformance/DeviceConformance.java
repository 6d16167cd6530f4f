package dev.tenon.conformance;

/**
 * The suite on the device that the system property {@code tenon.device} names, for example {@code cuda:0}: what a machine runs that
 * has no build.
 */
public class DeviceConformance extends ConformanceSuite {
    /** For the test engine. */
    public DeviceConformance() {}

    @Override
    protected String deviceName() {
        return System.getProperty("tenon.device", "cpu");
    }
}
