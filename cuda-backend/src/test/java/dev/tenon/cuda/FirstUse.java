package dev.tenon.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Run by {@code cuda-backend/first-use}: how long NVIDIA's assembler takes, on one thread, for each PTX program of a folder. A driver
 * does that when a program is first used. Arguments: the architecture, for example {@code sm_90a}, then the folder.
 */
public final class FirstUse {
    private static final int ROUNDS = 5;

    private FirstUse() {}

    public static void main(String[] arguments) throws IOException {
        String architecture = arguments[0];
        List<Path> files;
        try (Stream<Path> found = Files.list(Path.of(arguments[1]))) {
            files = found.sorted().toList();
        }
        List<String> programs = new ArrayList<>();
        for (Path file : files) {
            programs.add(Files.readString(file));
        }
        // Loads the assembler.
        PtxAssembler.assemble(programs.getFirst(), architecture);
        System.out.printf(Locale.ROOT, "%-44s %9s %8s%n", "for " + architecture + ": kernels", "bytes", "ms");
        double sum = 0;
        long bytes = 0;
        for (String ptx : programs) {
            double[] times = new double[ROUNDS];
            List<PtxAssembler.Need> kernels = List.of();
            for (int round = 0; round < ROUNDS; round++) {
                long start = System.nanoTime();
                kernels = PtxAssembler.assemble(ptx, architecture);
                times[round] = (System.nanoTime() - start) * 1e-6;
            }
            Arrays.sort(times);
            double median = times[ROUNDS / 2];
            String names = String.join(
                    " ",
                    kernels.stream().map(PtxAssembler.Need::kernel).sorted().toList());
            System.out.printf(Locale.ROOT, "%-44s %9d %8.1f%n", names, ptx.length(), median);
            sum += median;
            bytes += ptx.length();
        }
        System.out.printf(Locale.ROOT, "%-44s %9d %8.1f%n", programs.size() + " programs", bytes, sum);
    }
}
