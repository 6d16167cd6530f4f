package dev.tenon.collectives.nccl;

import dev.tenon.collectives.mpi.MpiProvider;
import dev.tenon.collectives.process.ProcessTransportProvider;
import dev.tenon.collectives.tcp.TcpProvider;
import dev.tenon.comm.CommunicatorOptions;
import dev.tenon.comm.World;
import dev.tenon.error.CommunicatorException;
import dev.tenon.spi.Transport;
import dev.tenon.spi.TransportProvider;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Connects the CUDA devices of processes. They come together over another transport, which the launcher's variables decide, and tell
 * each other there whether they have NCCL, and which: so all go on or none does.
 */
public final class NcclProvider implements TransportProvider {
    private final List<TransportProvider> leads =
            List.of(new ProcessTransportProvider(), new MpiProvider(), new TcpProvider());
    private final Supplier<NcclLibrary> library;

    public NcclProvider() {
        this(NcclLibrary::open);
    }

    NcclProvider(Supplier<NcclLibrary> library) {
        this.library = library;
    }

    @Override
    public String name() {
        return "nccl";
    }

    /** Only when asked for: nothing tells beforehand that tensors will be on CUDA devices. */
    @Override
    public int priority() {
        return -1;
    }

    @Override
    public Optional<String> whyUnavailable(World world) {
        StringBuilder reasons = new StringBuilder("ranks cannot come together to begin with");
        for (TransportProvider lead : leads) {
            Optional<String> reason = lead.whyUnavailable(world);
            if (reason.isEmpty()) {
                return Optional.empty();
            }
            reasons.append("; ").append(lead.name()).append(": ").append(reason.get());
        }
        return Optional.of(reasons.toString());
    }

    @Override
    public Transport join(World world, String name, CommunicatorOptions options) {
        TransportProvider lead = leads.stream()
                .filter(each -> each.whyUnavailable(world).isEmpty())
                .findFirst()
                .orElseThrow(
                        () -> new CommunicatorException(whyUnavailable(world).orElse("")));
        Transport control = lead.join(world, name + "/nccl", options);
        boolean agreed = false;
        try {
            NcclLibrary found = NcclAgreement.reach(control, library);
            agreed = true;
            return new NcclTransport(control, found, null, options.timeout());
        } finally {
            if (!agreed) {
                control.close();
            }
        }
    }
}
