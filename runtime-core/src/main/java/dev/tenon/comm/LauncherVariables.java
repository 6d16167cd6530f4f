package dev.tenon.comm;

import dev.tenon.comm.World.Launcher;
import dev.tenon.error.InvalidArgumentException;
import java.util.Map;
import java.util.Optional;

/** The environment variables by which launchers tell a process its rank. */
final class LauncherVariables {
    /** Set by {@code tenon run}: a name that no other job has. */
    static final String TENON_JOB = "TENON_JOB";

    private final Map<String, String> variables;

    LauncherVariables(Map<String, String> variables) {
        this.variables = variables;
    }

    World world() {
        World world = place();
        return new World(
                world.rank(),
                world.size(),
                world.localRank(),
                world.localSize(),
                world.job(),
                world.launcher(),
                rendezvous());
    }

    private World place() {
        if (has(TENON_JOB)) {
            return torchStyle(Launcher.TENON, number("RANK"), text(TENON_JOB));
        }
        if (has("OMPI_COMM_WORLD_RANK")) {
            return openMpi();
        }
        if (has("PMIX_RANK")) {
            return pmix();
        }
        if (has("PMI_RANK")) {
            return pmi();
        }
        if (has("RANK") && has("WORLD_SIZE")) {
            return torchStyle(Launcher.TORCHRUN, number("RANK"), meeting());
        }
        if (has("JOB_COMPLETION_INDEX")) {
            return kubernetes();
        }
        return World.single();
    }

    private World openMpi() {
        return new World(
                number("OMPI_COMM_WORLD_RANK"),
                number("OMPI_COMM_WORLD_SIZE"),
                number("OMPI_COMM_WORLD_LOCAL_RANK"),
                number("OMPI_COMM_WORLD_LOCAL_SIZE"),
                "openmpi-" + any("PMIX_NAMESPACE", "OMPI_MCA_ess_base_jobid", parent()),
                Launcher.OPEN_MPI);
    }

    /** PMIx itself names rank and job; the number of ranks is a key of its server, which Slurm puts in variables too. */
    private World pmix() {
        int size = first("PMIX_SIZE", "SLURM_NTASKS", "SLURM_NPROCS");
        int localSize = has("SLURM_NNODES") && number("SLURM_NNODES") == 1 ? size : 0;
        int localRank = has("SLURM_LOCALID") ? number("SLURM_LOCALID") : 0;
        return new World(
                number("PMIX_RANK"),
                size,
                localRank,
                localSize,
                "pmix-" + any("PMIX_NAMESPACE", "SLURM_JOB_ID", parent()),
                Launcher.PMIX);
    }

    private World pmi() {
        boolean local = has("MPI_LOCALRANKID") && has("MPI_LOCALNRANKS");
        return new World(
                number("PMI_RANK"),
                number("PMI_SIZE"),
                local ? number("MPI_LOCALRANKID") : 0,
                local ? number("MPI_LOCALNRANKS") : 0,
                // Nothing in PMI's variables names the job, but all ranks of a host have one parent.
                "pmi-" + parent(),
                Launcher.PMI);
    }

    private World kubernetes() {
        if (!has("WORLD_SIZE")) {
            throw new InvalidArgumentException(
                    "JOB_COMPLETION_INDEX gives a rank; set WORLD_SIZE to the job's completions as well");
        }
        return torchStyle(Launcher.KUBERNETES, number("JOB_COMPLETION_INDEX"), meeting());
    }

    private World torchStyle(Launcher launcher, int rank, String job) {
        int size = number("WORLD_SIZE");
        int localSize = has("LOCAL_WORLD_SIZE") ? number("LOCAL_WORLD_SIZE") : size == 1 ? 1 : 0;
        int localRank = has("LOCAL_RANK") ? number("LOCAL_RANK") : localSize == size ? rank : 0;
        return new World(rank, size, localRank, localSize, job, launcher);
    }

    private Optional<Rendezvous> rendezvous() {
        if (!has("MASTER_ADDR")) {
            return Optional.empty();
        }
        int port = has("MASTER_PORT") ? number("MASTER_PORT") : Rendezvous.DEFAULT_PORT;
        // Then torchrun itself listens there, with a protocol of its own.
        boolean taken = text("TORCHELASTIC_USE_AGENT_STORE").equalsIgnoreCase("true");
        return Optional.of(new Rendezvous(text("MASTER_ADDR"), taken ? port + 1 : port));
    }

    private String meeting() {
        return "torchrun-" + text("MASTER_ADDR") + "-"
                + text("MASTER_PORT") + "-" + text("TORCHELASTIC_RUN_ID")
                + "-" + text("TORCHELASTIC_RESTART_COUNT");
    }

    /** The parent process, told from a later one of the same number by when it started. */
    private static String parent() {
        return ProcessHandle.current()
                .parent()
                .map(parent -> parent.pid() + "-"
                        + parent.info()
                                .startInstant()
                                .map(start -> Long.toString(start.toEpochMilli()))
                                .orElse(""))
                .orElse("orphan");
    }

    private boolean has(String name) {
        return !text(name).isEmpty();
    }

    /** Empty where there is no such variable. */
    private String text(String name) {
        return variables.getOrDefault(name, "");
    }

    private String any(String first, String second, String otherwise) {
        return has(first) ? text(first) : has(second) ? text(second) : otherwise;
    }

    private int first(String... names) {
        for (String name : names) {
            if (has(name)) {
                return number(name);
            }
        }
        throw new InvalidArgumentException("PMIX_RANK is set, but none of " + String.join(", ", names));
    }

    private int number(String name) {
        String value = text(name);
        if (value.isEmpty()) {
            throw new InvalidArgumentException("the launcher's variable " + name + " is missing");
        }
        try {
            return Integer.parseInt(value.strip());
        } catch (NumberFormatException e) {
            throw new InvalidArgumentException("the launcher's variable " + name + " is no number: " + value);
        }
    }
}
