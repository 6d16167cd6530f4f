package dev.tenon.collectives.tcp;

import dev.tenon.comm.CommunicatorOptions;
import dev.tenon.comm.World;
import dev.tenon.spi.Transport;
import dev.tenon.spi.TransportProvider;
import java.util.Optional;

/** Connects processes of any hosts that know where rank 0 is. */
public final class TcpProvider implements TransportProvider {
    @Override
    public String name() {
        return "tcp";
    }

    /** Last: shared memory and MPI are faster where they reach. */
    @Override
    public int priority() {
        return 5;
    }

    @Override
    public Optional<String> whyUnavailable(World world) {
        return world.rendezvous().isPresent()
                ? Optional.empty()
                : Optional.of("nobody says where rank 0 is (MASTER_ADDR and MASTER_PORT do)");
    }

    @Override
    public Transport join(World world, String name, CommunicatorOptions options) {
        return TcpTransport.join(world, name, options.timeout());
    }
}
