package dev.tenon.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.InvalidArgumentException;
import dev.tenon.kernels.cuda.Processes.Result;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The committed PTX: that it is the sources', loads on old drivers, assembles, and keeps to its budget of registers. */
class PtxTest {
    private static final Path PTX = Path.of("src/main/resources/kernels/cuda/ptx");
    /** Lines of kernel, architecture and the most registers a thread may have. Stack frames and spills there are none. */
    private static final Path BUDGET = Path.of("src/test/emulation/registers.txt");

    private static final int NOT_THERE = 69;

    private static Result tool(String command) throws IOException, InterruptedException {
        Result result = Processes.run(List.of("./tensor-ptx", command));
        Assumptions.assumeTrue(result.status() != NOT_THERE, result.output());
        return result;
    }

    private static List<Path> modules() throws IOException {
        try (Stream<Path> files = Files.walk(PTX)) {
            return files.filter(file -> file.toString().endsWith(".ptx.gz"))
                    .sorted()
                    .toList();
        }
    }

    private static String text(Path module) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(module))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void isWhatTheSourcesCompileTo() throws Exception {
        Result result = tool("check");
        assertEquals(
                0, result.status(), result.output() + "\nRun 'kernels/tensor-ptx compile' and commit what it writes.");
    }

    @Test
    void everySourceIsCompiled() throws IOException {
        try (Stream<Path> files = Files.list(PTX.getParent())) {
            Set<String> sources = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".cu"))
                    .map(name -> name.substring(0, name.length() - ".cu".length()))
                    .collect(Collectors.toCollection(TreeSet::new));
            Set<String> compiled = modules().stream()
                    .map(file -> file.getFileName().toString())
                    .map(name -> name.substring(0, name.length() - ".ptx.gz".length()))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(sources, compiled);
        }
    }

    @Test
    void loadsOnTheOldestDriversThatItCan() throws IOException {
        for (Path module : modules()) {
            String text = text(module);
            boolean hopper = module.getParent().endsWith("sm_90a");
            assertTrue(
                    text.startsWith(hopper ? ".version 8.0\n.target sm_90a" : ".version 7.4\n.target sm_80"),
                    () -> module + " begins with " + text.lines().limit(2).toList());
        }
    }

    /** {@link CudaKernel#ptx} takes kernels out of their files, which holds only if a file is declarations and then kernels. */
    @Test
    void everyKernelIsAModuleOfItsOwn() throws IOException {
        for (Path module : modules()) {
            String text = text(module);
            String file = module.getFileName().toString().replace(".ptx.gz", "");
            String architecture = module.getParent().getFileName().toString();
            String declarations = text.substring(0, text.indexOf(".visible .entry "));
            StringBuilder kernels = new StringBuilder(declarations);
            for (String name : PtxEntries.of(text).keySet()) {
                String ptx = new CudaKernel(file, architecture, name).ptx();
                assertEquals(Set.of(name), PtxEntries.of(ptx).keySet());
                assertTrue(ptx.startsWith(declarations), name);
                String kernel = ptx.substring(declarations.length());
                assertEquals(kernel.length() - 2, end(kernel), () -> "after the kernel " + name + " something follows");
                kernels.append(kernel);
            }
            assertEquals(text, kernels.toString());
        }
    }

    /** Where the brace is that closes the first block. */
    private static int end(String kernel) {
        int depth = 0;
        for (int i = 0; i < kernel.length(); i++) {
            if (kernel.charAt(i) == '{') {
                depth++;
            } else if (kernel.charAt(i) == '}' && --depth == 0) {
                return i;
            }
        }
        return -1;
    }

    @Test
    void aKernelThatIsNotThereIsAnError() {
        assertThrows(
                InvalidArgumentException.class,
                () -> CudaKernel.ampere("gemm_bf16", "gemm_bf16_kk").ptx());
        assertThrows(
                InvalidArgumentException.class,
                () -> CudaKernel.ampere("gemm", "gemm_bf16_kk_64").ptx());
    }

    @Test
    void everyKernelKeepsItsBudget() throws Exception {
        Result result = tool("usage");
        assertEquals(0, result.status(), result.output());
        List<String> budget = Files.readAllLines(BUDGET);
        List<String> used = result.output().lines().toList();
        Set<String> named = new TreeSet<>();
        for (String line : used) {
            String[] words = line.split(" ", -1);
            assertEquals(5, words.length, line);
            String key = words[0] + " " + words[1] + " ";
            assertTrue(named.add(key), line);
            List<String> own = budget.stream().filter(b -> b.startsWith(key)).toList();
            assertEquals(1, own.size(), () -> key + "has no line in " + BUDGET);
            int allowed = Integer.parseInt(own.getFirst().substring(key.length()));
            assertTrue(Integer.parseInt(words[2]) <= allowed, () -> line + ": more registers than " + allowed);
            assertEquals("0", words[3], () -> line + ": a stack frame");
            assertEquals("0", words[4], () -> line + ": spilled registers");
        }
        assertEquals(named.size(), budget.size(), "the budget names kernels that are not there");
    }

    @Test
    void theBudgetNamesEveryKernel() throws IOException {
        Set<String> named = Files.readAllLines(BUDGET).stream()
                .map(line -> line.split(" ", -1)[0])
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> entries = new TreeSet<>();
        for (Path module : modules()) {
            entries.addAll(PtxEntries.of(text(module)).keySet());
        }
        assertEquals(entries, named);
    }
}
