package dev.tenon.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.kernels.cuda.Processes.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the tensor-core kernels' own sources, and portable kernels as CUDA has them, on the CPU, with the tensor cores' instructions given as functions of their
 * documented meaning. See docs/cuda-kernels.md.
 */
class EmulationTest {
    private static final Path FOLDER = Path.of("src/test/emulation");
    private static final Path BUILT = Path.of("target/emulation");

    private static Path defects = BUILT;

    @BeforeAll
    static void needsCompiler() throws IOException, InterruptedException {
        Assumptions.assumeTrue(Processes.isThere("g++"), "there is no g++ on the PATH");
        defects = build("defects");
    }

    static Stream<String> programs() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("_test.cc"))
                    .map(name -> name.substring(0, name.length() - ".cc".length()))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    private static Path build(String name) throws IOException, InterruptedException {
        Files.createDirectories(BUILT);
        Path program = BUILT.resolve(name);
        // Variables that a kernel leaves unset hold a pattern, not what happens to be there.
        Result result = Processes.run(List.of(
                "g++",
                "-std=c++17",
                "-O2",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-Wno-unknown-pragmas",
                "-Wno-unused-function",
                "-Wno-unused-parameter",
                "-Wno-psabi",
                "-ftrivial-auto-var-init=pattern",
                "-I" + FOLDER,
                "-Isrc/main/resources/kernels/cuda",
                "-o",
                program.toString(),
                FOLDER.resolve(name + ".cc").toString()));
        assertEquals(0, result.status(), result.output());
        return program;
    }

    @ParameterizedTest
    @MethodSource("programs")
    void kernelsGiveTheReferencesResults(String name) throws Exception {
        Result result = Processes.run(List.of(build(name).toString()));
        assertEquals(0, result.status(), result.output());
        assertTrue(
                result.output().lines().filter(line -> line.startsWith("ok ")).count() >= 4, result.output());
    }

    /** Small kernels, right or with one defect: the emulation must name it. */
    @ParameterizedTest
    @MethodSource("defects")
    void theEmulationFindsDefects(String defect, String message) throws Exception {
        Result result = Processes.run(List.of(defects.toString(), defect));
        assertEquals(defect.equals("none") ? 0 : 1, result.status(), result.output());
        assertTrue(result.output().contains(message), result.output());
    }

    static Stream<Arguments> defects() {
        return Stream.of(
                defect("none", "ok"),
                defect("missing_barrier", "race: shared memory"),
                defect("reused_too_early", "race: shared memory"),
                defect("missing_wait", "while a copy to it is on its way"),
                defect("unwritten", "which nothing wrote"),
                defect("past_shared", "shared memory has"),
                defect("past_global", "outside of every buffer"),
                defect("before_global", "outside of every buffer"),
                defect("misaligned", "not aligned"),
                defect("divergent", "deadlock"),
                defect("no_full_wait", "while a copy to it is on its way"),
                defect("released_early", "race: shared memory"),
                defect("unfenced_store", "without a fence"),
                defect("no_wgmma_fence", "without wgmma.fence"),
                defect("wrong_bytes", "deadlock"),
                defect("no_cluster_barrier", "race: shared memory"),
                defect("peer_not_told", "deadlock"),
                defect("peer_not_counted", "race: shared memory"),
                defect("peer_store", "an address of another block's shared memory"),
                defect("same_half", "race: shared memory"),
                defect("third_block", "blocks that the cluster does not have"),
                defect("ends_early", "of a block that has ended"),
                defect("ends_late_by_luck", "may end before thread"));
    }

    private static Arguments defect(String name, String message) {
        return Arguments.of(name, message);
    }
}
