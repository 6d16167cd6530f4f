package dev.tenon.comm;

import dev.tenon.error.InvalidArgumentException;
import java.util.Map;
import java.util.Optional;

/**
 * This process's place among those that were launched together.
 *
 * @param rank 0 to {@code size - 1}
 * @param size ranks of the job
 * @param localRank this process among those of its host, from 0
 * @param localSize ranks on this host; 0 where the launcher does not say
 * @param job tells this job from others on the same host; the same on every rank
 * @param launcher who started the job
 * @param rendezvous where rank 0 can be found by ranks of other hosts; empty where nobody says
 */
public record World(
        int rank,
        int size,
        int localRank,
        int localSize,
        String job,
        Launcher launcher,
        Optional<Rendezvous> rendezvous) {
    /** What starts ranks, and says in its own environment variables which is which. */
    public enum Launcher {
        /** Nobody: one rank alone. */
        NONE,
        /** {@code tenon run}. */
        TENON,
        /** Open MPI's {@code mpirun}. */
        OPEN_MPI,
        /** A PMIx server, for example Slurm's. */
        PMIX,
        /** MPICH's and its relatives' {@code mpirun}, by the PMI protocol. */
        PMI,
        /** {@code torchrun}, or whoever sets its variables. */
        TORCHRUN,
        /** A Kubernetes job with completion mode Indexed. */
        KUBERNETES
    }

    public World {
        if (size < 1 || rank < 0 || rank >= size) {
            throw new InvalidArgumentException(launcher + ": rank " + rank + " of " + size + " ranks");
        }
        if (localSize < 0 || localSize > size || localRank < 0 || localSize > 0 && localRank >= localSize) {
            throw new InvalidArgumentException(
                    launcher + ": local rank " + localRank + " of " + localSize + " of " + size + " ranks");
        }
        if (job.isEmpty()) {
            throw new InvalidArgumentException(launcher + ": the job has no name");
        }
    }

    /** Without a place to meet: for ranks of one host, or of MPI. */
    public World(int rank, int size, int localRank, int localSize, String job, Launcher launcher) {
        this(rank, size, localRank, localSize, job, launcher, Optional.empty());
    }

    /** One rank alone. */
    public static World single() {
        return new World(0, 1, 0, 1, "single", Launcher.NONE);
    }

    /** Whether all ranks are known to be on this host. */
    public boolean isOneHost() {
        return localSize == size;
    }

    /**
     * Reads what the launcher says: {@code tenon run}, Open MPI, PMIx, PMI (MPICH), torchrun, a Kubernetes indexed job,
     * in this order; {@link #single()} where none of their variables is there. {@code MASTER_ADDR} and {@code MASTER_PORT} are
     * read with any of them.
     *
     * @param environment normally {@code System.getenv()}
     * @throws InvalidArgumentException if they contradict each other, or one that is needed is missing
     */
    public static World of(Map<String, String> environment) {
        return new LauncherVariables(environment).world();
    }
}
