package dev.tenon.conformance;

import dev.tenon.Configuration;
import dev.tenon.Device;
import dev.tenon.conformance.reference.ReferenceDevice;
import java.util.Optional;

/** The reference as a device passes its own suite: every case is well formed, and its tolerance is met by rounding alone. */
class ReferenceConformanceTest extends ConformanceSuite {
    @Override
    protected String deviceName() {
        return ReferenceDevice.NAME;
    }

    @Override
    protected Optional<Device> openDevice() {
        return Optional.of(new Device(new ReferenceDevice(1L << 30), Configuration.DEFAULT));
    }
}
