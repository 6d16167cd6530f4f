package dev.tenon.collectives.mpi;

import dev.tenon.comm.CommunicatorOptions;
import dev.tenon.comm.World;
import dev.tenon.spi.Transport;
import dev.tenon.spi.TransportProvider;
import java.util.Optional;

/** Connects processes that {@code mpirun} launched. */
public final class MpiProvider implements TransportProvider {
    @Override
    public String name() {
        return "mpi";
    }

    @Override
    public int priority() {
        return 10;
    }

    @Override
    public Optional<String> whyUnavailable(World world) {
        return MpiLibrary.whyUnavailable(world);
    }

    /** MPI keeps communicators apart by itself, so that {@code name} is not needed. */
    @Override
    public Transport join(World world, String name, CommunicatorOptions options) {
        return MpiTransport.world(MpiLibrary.acquire(world), options.timeout());
    }
}
