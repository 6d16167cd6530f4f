package dev.tenon.collectives.nccl;

import dev.tenon.collectives.thread.ThreadTransportProvider;
import dev.tenon.comm.CommunicatorOptions;
import dev.tenon.error.CommunicatorException;
import dev.tenon.error.NativeCallException;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.DeviceTransportProvider;
import dev.tenon.spi.Transport;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Connects CUDA devices of this process by NCCL. */
public final class NcclDeviceProvider implements DeviceTransportProvider {
    private final Supplier<Optional<String>> whyNoLibrary;
    private final Supplier<NcclLibrary> library;

    public NcclDeviceProvider() {
        this(NcclLibrary::whyUnavailable, NcclLibrary::open);
    }

    NcclDeviceProvider(Supplier<Optional<String>> whyNoLibrary, Supplier<NcclLibrary> library) {
        this.whyNoLibrary = whyNoLibrary;
        this.library = library;
    }

    @Override
    public String name() {
        return "nccl";
    }

    @Override
    public int priority() {
        return 20;
    }

    @Override
    public Optional<String> whyUnavailable(List<BackendDevice> devices) {
        Set<BackendDevice> seen = new HashSet<>();
        for (BackendDevice device : devices) {
            String name = device.properties().name();
            if (!NcclQueue.canUse(device)) {
                return Optional.of(name + " is no CUDA device");
            }
            if (!seen.add(device)) {
                return Optional.of("several ranks have " + name + ", and NCCL wants a device for each");
            }
        }
        return whyNoLibrary.get();
    }

    @Override
    public List<Transport> connect(List<BackendDevice> devices, CommunicatorOptions options) {
        List<Transport> controls = new ThreadTransportProvider().connect(devices.size(), options);
        boolean connected = false;
        try {
            NcclLibrary found = library.get();
            List<NcclQueue> queues =
                    new NcclMeeting(found.api(), controls.getFirst(), options.timeout()).joinAll(devices);
            List<Transport> transports = new ArrayList<>();
            for (int rank = 0; rank < devices.size(); rank++) {
                transports.add(new NcclTransport(controls.get(rank), found, queues.get(rank), options.timeout()));
            }
            connected = true;
            return transports;
        } catch (NativeCallException e) {
            throw new CommunicatorException("nccl: " + e.getMessage(), e);
        } finally {
            if (!connected) {
                controls.forEach(Transport::close);
            }
        }
    }
}
