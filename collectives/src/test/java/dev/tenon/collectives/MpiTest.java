package dev.tenon.collectives;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.comm.CommunicatorOptions;
import dev.tenon.comm.Communicators;
import dev.tenon.comm.World;
import dev.tenon.error.CommunicatorException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Under real {@code mpirun}s. {@code -Dtenon.require=openmpi,mpich} makes a missing one a failure. */
class MpiTest {
    private static List<String> launcher(String library, int ranks) {
        String name = "mpirun." + library;
        boolean found = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
        if (!found
                && Arrays.asList(System.getProperty("tenon.require", "").split(","))
                        .contains(library)) {
            throw new AssertionError(name + " is required, and not on the PATH");
        }
        assumeTrue(found, name + " is not on the PATH");
        List<String> command = new ArrayList<>(List.of(name));
        if (library.equals("openmpi")) {
            command.addAll(List.of("--allow-run-as-root", "--oversubscribe"));
        }
        command.addAll(List.of("-np", Integer.toString(ranks)));
        return command;
    }

    private static String run(String library, int ranks, int expected, String... arguments) throws Exception {
        List<String> command = launcher(library, ranks);
        command.addAll(RankProcess.command(arguments));
        RankProcess process = RankProcess.start(command, Map.of());
        int status = process.await(150);
        String text = process.text();
        assertEquals(expected, status, text);
        process.remove();
        assertEquals(List.of(), SharedFiles.left());
        return text;
    }

    private static long count(String text, String mark) {
        return text.lines().filter(line -> line.contains(mark)).count();
    }

    @ParameterizedTest
    @CsvSource({"openmpi, 3", "mpich, 2"})
    void theSuitePasses(String library, int ranks) throws Exception {
        String text = run(library, ranks, 0, "suite", "mpi");
        assertEquals(ranks, count(text, "passed " + CollectiveSuite.cases().size() + " cases"), text);
        assertEquals(ranks, count(text, library.equals("mpich") ? "MPICH" : "Open MPI"), text);
    }

    /** By the library and the launcher of the MPICH that {@code -Dtenon.mpich=FOLDER} names. */
    @Test
    void theSuitePassesByTheStandardAbi() throws Exception {
        String folder = System.getProperty("tenon.mpich", "");
        assumeTrue(!folder.isEmpty(), "no MPICH with the standard ABI is given (-Dtenon.mpich=FOLDER)");
        List<String> command =
                new ArrayList<>(List.of(Path.of(folder, "bin", "mpirun").toString(), "-np", "2"));
        command.addAll(RankProcess.command("suite", "mpi"));
        // It is found by its name, before any other kind of MPI.
        RankProcess process = RankProcess.start(
                command, Map.of("LD_LIBRARY_PATH", Path.of(folder, "lib").toString()));
        int status = process.await(150);
        String text = process.text();
        assertEquals(0, status, text);
        assertEquals(2, count(text, "by the standard ABI"), text);
        assertEquals(2, count(text, "passed " + CollectiveSuite.cases().size() + " cases"), text);
        process.remove();
    }

    /** Where all ranks are on one host, they do not need MPI to talk to each other. */
    @ParameterizedTest
    @ValueSource(strings = {"openmpi", "mpich"})
    void onOneHostSharedMemoryIsPreferred(String library) throws Exception {
        String text = run(library, 2, 0, "once", "any");
        assertEquals(2, count(text, "over shared memory"), text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openmpi", "mpich"})
    void anAbortReachesTheOthers(String library) throws Exception {
        List<String> command = launcher(library, 2);
        command.addAll(RankProcess.command("abort", "mpi"));
        RankProcess process = RankProcess.start(command, Map.of());
        process.await(60);
        String text = process.text();
        assertEquals(1, count(text, "told RankFailedException allReduce: rank 1 aborted: out of data"), text);
        process.remove();
    }

    @Test
    void withoutALauncherThereIsAReason() {
        CommunicatorException failure = Assertions.assertThrows(
                CommunicatorException.class,
                () -> Communicators.open(
                        new World(0, 2, 0, 2, "job", World.Launcher.TENON),
                        "test",
                        CommunicatorOptions.DEFAULT.withTransport("mpi")));
        assertTrue(failure.getMessage().contains("no mpirun launched this process"), failure.getMessage());
    }

    @Test
    void anAbsentLibraryIsAReason() {
        System.setProperty("tenon.mpi.library", "libnosuch.so");
        try {
            CommunicatorException failure = Assertions.assertThrows(
                    CommunicatorException.class,
                    () -> Communicators.open(
                            new World(0, 2, 0, 1, "job", World.Launcher.OPEN_MPI),
                            "test",
                            CommunicatorOptions.DEFAULT));
            assertTrue(failure.getMessage().contains("libnosuch.so"), failure.getMessage());
            assertTrue(
                    failure.getMessage().contains("not all ranks are known to be on this host"), failure.getMessage());
        } finally {
            System.clearProperty("tenon.mpi.library");
        }
    }
}
