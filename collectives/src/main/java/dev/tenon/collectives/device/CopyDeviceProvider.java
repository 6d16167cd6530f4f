package dev.tenon.collectives.device;

import dev.tenon.collectives.thread.ThreadTransportProvider;
import dev.tenon.comm.CommunicatorOptions;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.DeviceTransportProvider;
import dev.tenon.spi.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Connects devices of this process that copy to each other directly, and ranks that share a device. */
public final class CopyDeviceProvider implements DeviceTransportProvider {
    private static final long PROBE = 64;

    @Override
    public String name() {
        return "copies";
    }

    @Override
    public int priority() {
        return 10;
    }

    @Override
    public Optional<String> whyUnavailable(List<BackendDevice> devices) {
        List<BackendDevice> distinct = devices.stream().distinct().toList();
        for (BackendDevice from : distinct) {
            for (BackendDevice to : distinct) {
                if (from != to && !reaches(from, to)) {
                    return Optional.of("there is no direct way from "
                            + from.properties().name() + " to "
                            + to.properties().name());
                }
            }
        }
        return Optional.empty();
    }

    /** Nobody says so but a copy. */
    private static boolean reaches(BackendDevice from, BackendDevice to) {
        try (DeviceBuffer source = from.allocate(PROBE);
                DeviceBuffer target = to.allocate(PROBE)) {
            return to.defaultStream().copyFrom(from.defaultStream(), source, 0, target, 0, PROBE);
        }
    }

    @Override
    public List<Transport> connect(List<BackendDevice> devices, CommunicatorOptions options) {
        List<Transport> controls = new ThreadTransportProvider().connect(devices.size(), options);
        CopyGroup group = new CopyGroup(devices.size());
        List<Transport> transports = new ArrayList<>();
        for (int rank = 0; rank < devices.size(); rank++) {
            transports.add(new CopyTransport(controls.get(rank), group, devices.get(rank), options.timeout()));
        }
        return transports;
    }
}
