package dev.tenon.collectives.mpi;

import dev.tenon.comm.World;
import dev.tenon.error.CommunicatorException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The MPI library of this process: there can be one, started once, and finished when the process ends. It must be the one
 * whose {@code mpirun} launched the process, as else each rank would find itself alone.
 */
final class MpiLibrary {
    /** A library by name or path, in place of those that are looked for. */
    private static final String PROPERTY = "tenon.mpi.library";

    /** MPI 5.0 has version 1.0 of the ABI, by which the library is called; before it was agreed on there were others. */
    private static final List<String> STANDARD = List.of("libmpi_abi.so.1", "libmpi_abi.so.0");

    private static final List<String> OPEN_MPI = List.of("libmpi.so.40", "libmpi.so.80");
    private static final List<String> MPICH = List.of("libmpich.so.12", "libmpi.so.12", "libmpi.so");

    private static @Nullable MpiLibrary started;
    private static int open;
    private static boolean failed;

    private final MpiNative mpi;
    private final String version;

    private MpiLibrary(MpiNative mpi, String version) {
        this.mpi = mpi;
        this.version = version;
    }

    MpiNative mpi() {
        return mpi;
    }

    String version() {
        return version;
    }

    /** Why there is none that fits; empty if there is. */
    static Optional<String> whyUnavailable(World world) {
        return switch (world.launcher()) {
            case OPEN_MPI, PMIX, PMI ->
                find(world).isPresent()
                        ? Optional.empty()
                        : Optional.of("there is no MPI library for " + world.launcher() + ": none of "
                                + candidates(world) + " (-D" + PROPERTY + "=FILE names one)");
            case NONE, TENON, TORCHRUN, KUBERNETES ->
                Optional.of("no mpirun launched this process, but " + world.launcher());
        };
    }

    private static List<String> candidates(World world) {
        String named = System.getProperty(PROPERTY);
        if (named != null) {
            return List.of(named);
        }
        List<String> others = world.launcher() == World.Launcher.OPEN_MPI ? OPEN_MPI : MPICH;
        return Stream.concat(STANDARD.stream(), others.stream()).toList();
    }

    private static Optional<MpiLibrary> find(World world) {
        boolean openMpi = world.launcher() == World.Launcher.OPEN_MPI;
        for (String candidate : candidates(world)) {
            Optional<MpiNative> mpi = MpiNative.load(candidate);
            if (mpi.isPresent()) {
                String version = mpi.get().version();
                // The standard ABI may be that of another library than the launcher's.
                if (version.contains("Open MPI") == openMpi || world.launcher() == World.Launcher.PMIX) {
                    return Optional.of(new MpiLibrary(mpi.get(), version));
                }
            }
        }
        return Optional.empty();
    }

    /** Starts the library, if that is not done yet. Each call is to be followed by one of {@link #release}. */
    static synchronized MpiLibrary acquire(World world) {
        if (started == null) {
            MpiLibrary library = find(world).orElseThrow(() -> new CommunicatorException("there is no MPI library"));
            if (!library.mpi.initialize()) {
                throw new CommunicatorException(library.version + " allows only one thread to call it");
            }
            Runtime.getRuntime().addShutdownHook(new Thread(MpiLibrary::finish, "MPI_Finalize"));
            started = library;
        }
        open++;
        return started;
    }

    /** For a further communicator. */
    MpiLibrary again() {
        synchronized (MpiLibrary.class) {
            open++;
        }
        return this;
    }

    static synchronized void release(boolean sound) {
        open--;
        failed |= !sound;
    }

    /**
     * Only where every communicator was closed, and well: to finish is to wait for the other ranks, and a rank that ends
     * without it is one that failed, upon which mpirun ends the others.
     */
    private static synchronized void finish() {
        if (started != null && open == 0 && !failed) {
            started.mpi.finish();
        }
    }
}
