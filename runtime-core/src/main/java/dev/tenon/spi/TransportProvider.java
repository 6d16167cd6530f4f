package dev.tenon.spi;

import dev.tenon.comm.CommunicatorOptions;
import dev.tenon.comm.World;
import java.util.Optional;

/** A transport between processes, found with {@code ServiceLoader}. */
public interface TransportProvider {
    /** The name to choose it by, for example {@code mpi}. */
    String name();

    /** Of those that can, the transport of the highest priority joins the ranks; below 0: only when asked for by its name. */
    int priority();

    /** Why it cannot join these ranks, in a sentence; empty if it can. The answer must be the same on every rank. */
    Optional<String> whyUnavailable(World world);

    /**
     * Joins them; returns when all have come.
     *
     * @param name tells this communicator from others of the job; the same on every rank
     */
    Transport join(World world, String name, CommunicatorOptions options);
}
