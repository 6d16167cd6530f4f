package dev.tenon.collectives.process;

import dev.tenon.comm.CommunicatorOptions;
import dev.tenon.comm.World;
import dev.tenon.spi.Transport;
import dev.tenon.spi.TransportProvider;
import java.util.Optional;

/** Connects processes of one host. */
public final class ProcessTransportProvider implements TransportProvider {
    @Override
    public String name() {
        return "shm";
    }

    @Override
    public int priority() {
        return 20;
    }

    @Override
    public Optional<String> whyUnavailable(World world) {
        return world.isOneHost()
                ? MeetingFiles.whyUnavailable()
                : Optional.of("not all ranks are known to be on this host (" + world.localSize() + " of " + world.size()
                        + " are)");
    }

    @Override
    public Transport join(World world, String name, CommunicatorOptions options) {
        return ProcessGroupEnd.join(world.job() + "/" + name, world.rank(), world.size(), options.timeout());
    }
}
