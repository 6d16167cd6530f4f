package dev.tenon;

import dev.tenon.error.ClosedException;
import dev.tenon.error.DeviceException;
import dev.tenon.spi.BackendProvider;
import dev.tenon.spi.Discovery;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * The runtime: the devices of every backend on the module or class path. A backend is asked for its devices when one of them
 * is first wanted: who computes on the CPU does not wait for GPUs' drivers.
 */
public final class Tenon implements AutoCloseable {
    private final Configuration configuration;
    private final List<BackendProvider> providers;
    /** By the providers' order; null where it was not asked yet. */
    private final @Nullable Found[] found;

    private boolean closed;

    /** What a backend has. */
    private record Found(List<Device> devices, List<String> reasons) {}

    private Tenon(Configuration configuration, List<BackendProvider> providers) {
        this.configuration = configuration;
        this.providers = providers;
        this.found = new Found[providers.size()];
    }

    /** Finds all backends. Close it to end their threads and free their memory. */
    public static Tenon open(Configuration configuration) {
        List<BackendProvider> providers = new ArrayList<>();
        ServiceLoader.load(BackendProvider.class).forEach(providers::add);
        providers.sort(
                Comparator.comparingInt(BackendProvider::priority).reversed().thenComparing(BackendProvider::name));
        return new Tenon(configuration, List.copyOf(providers));
    }

    private synchronized Found found(int index) {
        Found known = found[index];
        if (known != null) {
            return known;
        }
        if (closed) {
            throw new ClosedException("devices: the runtime is closed");
        }
        BackendProvider provider = providers.get(index);
        Discovery discovery = provider.discover(configuration);
        Found asked = new Found(
                discovery.devices().stream()
                        .map(device -> new Device(device, configuration))
                        .toList(),
                discovery.reasons().stream()
                        .map(reason -> provider.name() + ": " + reason)
                        .toList());
        found[index] = asked;
        return asked;
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
        List<Device> devices = new ArrayList<>();
        for (int i = 0; i < providers.size(); i++) {
            devices.addAll(found(i).devices());
        }
        return List.copyOf(devices);
    }

    /** Why devices, or optional abilities of those found, are missing. */
    public List<String> reasons() {
        List<String> reasons = new ArrayList<>();
        for (int i = 0; i < providers.size(); i++) {
            reasons.addAll(found(i).reasons());
        }
        if (providers.isEmpty()) {
            reasons.add("no backend is on the module or class path (add tenon-cpu-simd-backend)");
        }
        return List.copyOf(reasons);
    }

    /**
     * The device of a name, for example {@code cpu}; {@code opencl} means {@code opencl:0}.
     *
     * @throws DeviceException if there is none; it lists what there is, and why not more
     */
    public Device device(String name) {
        String backend = name.contains(":") ? name.substring(0, name.indexOf(':')) : name;
        for (int i = 0; i < providers.size(); i++) {
            if (providers.get(i).name().equals(backend)) {
                for (Device device : found(i).devices()) {
                    if (device.name().equals(name) || device.name().equals(name + ":0")) {
                        return device;
                    }
                }
            }
        }
        List<String> reasons = reasons();
        throw new DeviceException(
                name,
                "no such device; there are "
                        + devices().stream().map(Device::name).toList()
                        + (reasons.isEmpty() ? "" : " (" + String.join("; ", reasons) + ")"));
    }

    @Override
    public synchronized void close() {
        closed = true;
        for (Found each : found) {
            if (each != null) {
                each.devices().forEach(Device::close);
            }
        }
    }
}
