package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.cuda.PtxAssembler.Need;
import dev.tenon.kernels.PtxArchive;
import dev.tenon.kernels.cuda.CudaKernel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/**
 * All committed PTX assembles, for the oldest architecture and for Hopper, with no more registers, shared memory and spills than
 * the committed budget has. {@code -Dtenon.ptx=all} assembles every program, {@code write} writes the budget from them; else it is
 * one program in {@link #DAYS}, others each day, and of each kernel at least one.
 */
class PtxBudgetTest {
    private static final List<String> ARCHITECTURES = List.of("sm_80", "sm_90a");
    private static final Path BUDGET = Path.of("src/test/resources/ptx-budget.txt");
    private static final Path ARCHIVES = Path.of("../kernels/src/main/resources/kernels/ptx");
    private static final Path TENSOR_CORES = Path.of("../kernels/src/main/resources/kernels/cuda/ptx");
    private static final int DAYS = 60;
    private static final String MODE = System.getProperty("tenon.ptx", "");

    @Test
    void everyProgramAssemblesWithinTheBudget() throws Exception {
        SortedMap<String, Need> needs = new TreeMap<>();
        SortedMap<String, Need> budget = MODE.equals("write") ? needs : budget();
        List<String> over = new ArrayList<>();
        for (String file : files(ARCHIVES, ".gz")) {
            Map<String, PtxArchive.Program> programs = PtxArchive.portable(file).programs();
            int index = 0;
            for (Map.Entry<String, PtxArchive.Program> program : programs.entrySet()) {
                if (!isWanted(index++)) {
                    continue;
                }
                for (String architecture : ARCHITECTURES) {
                    for (Need need : PtxAssembler.assemble(program.getValue().ptx(), architecture)) {
                        String key = file + " " + need.kernel() + " " + architecture;
                        needs.merge(key, need, Need::most);
                        Need allowed = budget.get(key);
                        if (allowed == null || !need.isWithin(allowed)) {
                            over.add(key + " with " + program.getKey() + ": " + need + ", the budget is " + allowed);
                        }
                    }
                }
            }
        }
        if (MODE.equals("write")) {
            write(needs);
        }
        assertTrue(over.isEmpty(), () -> String.join("\n", over));
    }

    /** Their registers are the budget of PtxTest in {@code kernels}, which assembles whole files; this is what the backend loads. */
    @Test
    void kernelsForTensorCoresAssembleAlone() throws Exception {
        int index = 0;
        for (String architecture : ARCHITECTURES) {
            for (String file : files(TENSOR_CORES.resolve(architecture), ".ptx.gz")) {
                for (String kernel : PtxText.kernels(text(architecture, file)).keySet().stream()
                        .sorted()
                        .toList()) {
                    if (isWanted(index++)) {
                        CudaKernel alone = new CudaKernel(file, architecture, kernel);
                        assertEquals(
                                List.of(kernel),
                                PtxAssembler.assemble(alone.ptx(), architecture).stream()
                                        .map(Need::kernel)
                                        .toList());
                    }
                }
            }
        }
    }

    private static String text(String architecture, String file) throws IOException {
        Path path = TENSOR_CORES.resolve(architecture).resolve(file + ".ptx.gz");
        try (InputStream in = new GZIPInputStream(Files.newInputStream(path))) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static boolean isWanted(int index) {
        long day = LocalDate.now().toEpochDay();
        return MODE.equals("all") || MODE.equals("write") || index == 0 || index % DAYS == day % DAYS;
    }

    private static SortedMap<String, Need> budget() throws IOException {
        SortedMap<String, Need> budget = new TreeMap<>();
        for (String line : Files.readAllLines(BUDGET)) {
            if (!line.startsWith("#")) {
                String[] parts = line.split("\\s+");
                budget.put(
                        parts[0] + " " + parts[1] + " " + parts[2],
                        new Need(
                                parts[1],
                                Integer.parseInt(parts[3]),
                                Integer.parseInt(parts[4]),
                                Integer.parseInt(parts[5])));
            }
        }
        return budget;
    }

    private static void write(SortedMap<String, Need> needs) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(
                "# Of each kernel's programs the most: file, kernel, architecture, registers a thread, bytes of shared memory");
        lines.add("# that a block declares, bytes spilled. Written by kernels/ptx; a change here is one to look at.");
        needs.forEach((key, need) ->
                lines.add("%-50s %4d %6d %4d".formatted(key, need.registers(), need.shared(), need.spills())));
        Files.createDirectories(BUDGET.getParent());
        Files.write(BUDGET, lines);
    }

    /** The source files that have PTX. */
    private static List<String> files(Path folder, String suffix) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString().replace(suffix, ""))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void whatDoesNotAssembleIsToldWithTheLog() {
        AssertionError error = assertThrows(
                AssertionError.class,
                () -> PtxAssembler.assemble(".version 7.0\n.target sm_80\n.address_size 64\nnonsense;\n", "sm_80"));
        assertTrue(error.getMessage().contains("nonsense"), error.getMessage());
    }

    @Test
    void aNeedIsWithinABudgetOnlyInEveryPart() {
        Need budget = new Need("k", 32, 1024, 0);
        assertTrue(new Need("k", 32, 1024, 0).isWithin(budget));
        assertFalse(new Need("k", 33, 0, 0).isWithin(budget));
        assertFalse(new Need("k", 1, 1025, 0).isWithin(budget));
        assertFalse(new Need("k", 1, 0, 4).isWithin(budget));
        assertEquals(new Need("k", 40, 1024, 8), budget.most(new Need("k", 40, 0, 8)));
    }
}
