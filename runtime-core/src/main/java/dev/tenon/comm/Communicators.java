package dev.tenon.comm;

import dev.tenon.Device;
import dev.tenon.error.CommunicatorException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.DeviceTransportProvider;
import dev.tenon.spi.LocalTransportProvider;
import dev.tenon.spi.TransportProvider;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** Opens communicators. */
public final class Communicators {
    private Communicators() {}

    /**
     * Joins the ranks that were launched together with this process, as its environment says; one rank alone where nothing
     * launched it. Returns when all have come.
     *
     * @throws InvalidArgumentException if the launcher's variables make no sense
     * @throws CommunicatorException if no transport reaches the ranks, or they do not come in time
     */
    public static Communicator open(CommunicatorOptions options) {
        return open(World.of(System.getenv()), "world", options);
    }

    /**
     * Joins the ranks of a world.
     *
     * @param name tells communicators of one job apart; the same on every rank
     */
    public static Communicator open(World world, String name, CommunicatorOptions options) {
        List<TransportProvider> providers = new ArrayList<>();
        ServiceLoader.load(TransportProvider.class).forEach(providers::add);
        providers.sort(Comparator.comparingInt(TransportProvider::priority).reversed());
        List<String> reasons = new ArrayList<>();
        for (TransportProvider provider : providers) {
            if (options.transport().isPresent() && !options.transport().get().equals(provider.name())) {
                continue;
            }
            if (options.transport().isEmpty() && provider.priority() < 0) {
                continue;
            }
            Optional<String> reason = provider.whyUnavailable(world);
            if (reason.isEmpty()) {
                return new Communicator(provider.join(world, name, options), options.checked());
            }
            reasons.add(provider.name() + ": " + reason.get());
        }
        if (world.size() == 1 && options.transport().isEmpty()) {
            return ofThreads(1, options).getFirst();
        }
        throw new CommunicatorException("no transport joins these " + world.size() + " ranks"
                + options.transport().map(" by %s"::formatted).orElse("") + ": "
                + (reasons.isEmpty()
                        ? "there is none " + (options.transport().isPresent() ? "of that name" : "")
                                + " on the module or class path (add tenon-collectives)"
                        : String.join("; ", reasons)));
    }

    /**
     * Connected ranks of this process, each for a thread of its own.
     *
     * @return by rank
     */
    public static List<Communicator> ofThreads(int ranks, CommunicatorOptions options) {
        if (ranks < 1) {
            throw new InvalidArgumentException("a communicator needs at least one rank, not " + ranks);
        }
        LocalTransportProvider provider = ServiceLoader.load(LocalTransportProvider.class)
                .findFirst()
                .orElseThrow(() -> new CommunicatorException(
                        "no transport between threads is on the module or class path (add tenon-collectives)"));
        return provider.connect(ranks, options).stream()
                .map(transport -> new Communicator(transport, options.checked()))
                .toList();
    }

    /**
     * Connected ranks of this process, each with a device and for a thread of its own: tensors of rank r that are on {@code
     * devices.get(r)} stay there, in the memory of the devices. Tensors elsewhere pass through host memory, as do integers' means.
     *
     * @param devices one a rank; the same may be there several times
     * @return by rank
     * @throws CommunicatorException if no transport connects these devices
     */
    public static List<Communicator> ofDevices(List<Device> devices, CommunicatorOptions options) {
        if (devices.isEmpty()) {
            throw new InvalidArgumentException("a communicator needs at least one rank, and none has a device");
        }
        List<BackendDevice> backends = devices.stream().map(Device::backend).toList();
        List<DeviceTransportProvider> providers = new ArrayList<>();
        ServiceLoader.load(DeviceTransportProvider.class).forEach(providers::add);
        providers.sort(
                Comparator.comparingInt(DeviceTransportProvider::priority).reversed());
        List<String> reasons = new ArrayList<>();
        for (DeviceTransportProvider provider : providers) {
            if (options.transport().isPresent() && !options.transport().get().equals(provider.name())) {
                continue;
            }
            Optional<String> reason = provider.whyUnavailable(backends);
            if (reason.isEmpty()) {
                return provider.connect(backends, options).stream()
                        .map(transport -> new Communicator(transport, options.checked()))
                        .toList();
            }
            reasons.add(provider.name() + ": " + reason.get());
        }
        throw new CommunicatorException("no transport connects " + devices + ": "
                + (reasons.isEmpty()
                        ? "there is none "
                                + options.transport()
                                        .map("called %s "::formatted)
                                        .orElse("")
                                + "on the module or class path (add tenon-collectives)"
                        : String.join("; ", reasons)));
    }
}
