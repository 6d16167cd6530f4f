package dev.tenon;

import dev.tenon.error.DeviceException;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.BackendProvider;
import dev.tenon.spi.Discovery;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/** The runtime: the devices of every backend on the module or class path. */
public final class Tenon implements AutoCloseable {
    private final List<Device> devices;
    private final List<String> reasons;

    private Tenon(List<Device> devices, List<String> reasons) {
        this.devices = devices;
        this.reasons = reasons;
    }

    /** Finds and opens all devices. Close it to end their threads and free their memory. */
    public static Tenon open(Configuration configuration) {
        List<BackendProvider> providers = new ArrayList<>();
        ServiceLoader.load(BackendProvider.class).forEach(providers::add);
        providers.sort(
                Comparator.comparingInt(BackendProvider::priority).reversed().thenComparing(BackendProvider::name));
        List<Device> devices = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        for (BackendProvider provider : providers) {
            Discovery found = provider.discover(configuration);
            for (BackendDevice device : found.devices()) {
                devices.add(new Device(device, configuration));
            }
            for (String reason : found.reasons()) {
                reasons.add(provider.name() + ": " + reason);
            }
        }
        if (providers.isEmpty()) {
            reasons.add("no backend is on the module or class path (add tenon-cpu-simd-backend)");
        }
        return new Tenon(List.copyOf(devices), List.copyOf(reasons));
    }

    /** A runtime with default settings that lives as long as the process. */
    public static Tenon shared() {
        return Shared.INSTANCE;
    }

    private static final class Shared {
        static final Tenon INSTANCE = open(Configuration.DEFAULT);
    }

    /** All devices, those of the highest-priority backend first. */
    public List<Device> devices() {
        return devices;
    }

    /** Why devices, or optional abilities of those found, are missing. */
    public List<String> reasons() {
        return reasons;
    }

    /**
     * The device of a name, for example {@code cpu}; {@code opencl} means {@code opencl:0}.
     *
     * @throws DeviceException if there is none; it lists what there is, and why not more
     */
    public Device device(String name) {
        for (Device device : devices) {
            if (device.name().equals(name) || device.name().equals(name + ":0")) {
                return device;
            }
        }
        throw new DeviceException(
                name,
                "no such device; there are "
                        + devices.stream().map(Device::name).toList()
                        + (reasons.isEmpty() ? "" : " (" + String.join("; ", reasons) + ")"));
    }

    @Override
    public void close() {
        for (Device device : devices) {
            device.backend().close();
        }
    }
}
