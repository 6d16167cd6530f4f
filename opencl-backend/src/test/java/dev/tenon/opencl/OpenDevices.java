package dev.tenon.opencl;

import dev.tenon.Configuration;
import dev.tenon.kernels.plan.DeviceTraits;
import dev.tenon.kernels.plan.Setting;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.Discovery;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Opens devices for tests: one that is missing is a skip, or a failure where {@code tenon.require} says it must be there. */
final class OpenDevices {
    /**
     * For small cases: with PoCL 3.1 building a program takes a quarter of the time, and running it several times as long. How an
     * optimizer treats the sources shows on others.
     */
    private static final String UNOPTIMIZED = "-cl-opt-disable";

    private OpenDevices() {}

    /** The first device; the caller closes it. */
    static OpenClDevice first(Configuration configuration) {
        return find(configuration).orElseGet(OpenDevices::missing);
    }

    /** The first device with its programs kept in another folder. */
    static OpenClDevice first(Configuration configuration, ProgramCache cache) {
        try (OpenClDevice device = first(configuration)) {
            return new OpenClDevice(
                    device.info(), 0, configuration, cache, device.info().traits(), "");
        }
    }

    /** The first device as if it were one whose work items run side by side, with the local memory that GPUs have. */
    static Optional<OpenClDevice> asGpu() {
        return tuned(true, Map.of());
    }

    /** The same with the kernels that devices without a compiler get, which are compiled ahead of time. */
    static Optional<OpenClDevice> asGpuWithoutCompiler() {
        return find(Configuration.DEFAULT).map(device -> {
            try (device) {
                return new OpenClDevice(
                        device.info(),
                        0,
                        Configuration.DEFAULT,
                        ProgramCache.of(device.info()),
                        gpu(device.info().traits()).compiledAhead(),
                        "");
            }
        });
    }

    /** The first device, as a GPU or as it is, with other values for some settings. */
    static Optional<OpenClDevice> tuned(boolean asGpu, Map<Setting, Integer> settings) {
        return find(Configuration.DEFAULT).map(device -> {
            try (device) {
                DeviceTraits limits = device.info().traits();
                DeviceTraits traits = asGpu ? gpu(limits) : limits;
                return new OpenClDevice(
                        device.info(),
                        0,
                        Configuration.DEFAULT,
                        ProgramCache.of(device.info()),
                        traits.with(traits.tuning().with(settings)),
                        UNOPTIMIZED);
            }
        });
    }

    private static DeviceTraits gpu(DeviceTraits limits) {
        return new DeviceTraits(
                OpenClBackend.NAME,
                false,
                limits.fp64(),
                limits.computeUnits(),
                Math.min(48 << 10, limits.localBytes()),
                Math.min(256, limits.largestGroup()),
                limits.subGroups());
    }

    private static Optional<OpenClDevice> find(Configuration configuration) {
        Discovery found = new OpenClBackend().discover(configuration);
        List<BackendDevice> devices = found.devices();
        devices.stream().skip(1).forEach(BackendDevice::close);
        return devices.stream().findFirst().map(OpenClDevice.class::cast);
    }

    private static OpenClDevice missing() {
        boolean required = Arrays.asList(System.getProperty("tenon.require", "").split(","))
                .contains(OpenClBackend.NAME);
        if (required) {
            return Assertions.fail("there is no OpenCL device; -Dtenon.require says there must be");
        }
        return Assumptions.abort("there is no OpenCL device");
    }
}
