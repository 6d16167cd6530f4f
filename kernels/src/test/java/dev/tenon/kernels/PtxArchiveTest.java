package dev.tenon.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.op.CustomOp;
import dev.tenon.op.Op;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The committed PTX is that of the sources, and of every program that the vocabulary comes to. {@code kernels/ptx} writes it anew:
 * it runs this test with {@code -Dtenon.nvcc=FILE -Dtenon.ptx=write}.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PtxArchiveTest {
    private static final Path ARCHIVES = Path.of("src/main/resources/kernels/ptx");
    /** With a compiler one program in so many is compiled again, others each day; those whose source changed are not the same anyway. */
    private static final int DAYS = 60;

    private static ProgramCollector collector;
    private static SortedMap<String, SortedSet<String>> space;

    @TempDir
    Path folder;

    @BeforeAll
    static void collect() {
        collector = ProgramSpace.collect();
        space = collector.programs();
    }

    @Test
    @Order(1)
    void write() throws Exception {
        Assumptions.assumeTrue(
                System.getProperty("tenon.ptx", "").equals("write"), "the archives are written only when asked for");
        PtxWriter.write(
                ARCHIVES,
                PtxCompiler.find(folder).orElseGet(() -> Assertions.fail("there is no nvcc " + PtxCompiler.RELEASE)));
    }

    @Test
    @Order(2)
    void everyOperatorIsInTheSpace() {
        Set<Class<?>> all = Arrays.stream(Op.class.getPermittedSubclasses())
                .filter(op -> op != CustomOp.class)
                .collect(Collectors.toSet());
        assertEquals(all, Set.copyOf(collector.planned()));
    }

    @Test
    @Order(3)
    void everyProgramIsCommittedAndIsThatOfItsSource() throws Exception {
        List<String> wrong = new ArrayList<>();
        for (String file : space.keySet()) {
            SortedMap<String, PtxArchive.Program> committed = committed(file);
            for (String defines : space.get(file)) {
                PtxArchive.Program program = committed.get(defines);
                String hash = PtxArchive.hash(KernelSources.program(file, defines), PtxCompiler.IDENTITY);
                if (program == null) {
                    wrong.add(file + " lacks " + defines);
                } else if (!program.source().equals(hash)) {
                    wrong.add(file + " is of another source: " + defines);
                }
            }
            committed.keySet().stream()
                    .filter(defines -> !space.get(file).contains(defines))
                    .forEach(defines -> wrong.add(file + " has what no operator comes to: " + defines));
        }
        assertTrue(
                wrong.isEmpty(),
                () -> wrong.size() + " programs; kernels/ptx writes them anew\n"
                        + String.join("\n", wrong.subList(0, Math.min(20, wrong.size()))));
    }

    @Test
    @Order(4)
    void nothingElseIsCommitted() throws Exception {
        try (var files = Files.list(ARCHIVES)) {
            assertEquals(
                    new TreeSet<>(space.keySet()),
                    files.map(f -> f.getFileName().toString().replace(".gz", ""))
                            .collect(Collectors.toCollection(TreeSet::new)));
        }
    }

    /** Of all programs those of one day in {@link #DAYS}, so that in time all are compiled again. */
    @Test
    @Order(5)
    void whatIsCommittedIsWhatTheSourceCompilesTo() throws Exception {
        PtxCompiler compiler = PtxCompiler.find(folder)
                .orElseGet(() -> Assumptions.abort("no nvcc " + PtxCompiler.RELEASE + " (-Dtenon.nvcc)"));
        long day = LocalDate.now().toEpochDay();
        int index = 0;
        for (String file : space.keySet()) {
            for (String defines : space.get(file)) {
                if (index++ % DAYS == day % DAYS) {
                    String ptx = compiler.compile("again", KernelSources.program(file, defines));
                    assertEquals(ptx, committed(file).get(defines).ptx(), file + " " + defines);
                }
            }
        }
    }

    @Test
    @Order(6)
    void anArchiveIsReadAsItWasWritten() throws Exception {
        SortedMap<String, PtxArchive.Program> programs = new TreeMap<>();
        programs.put("TYPE=F32", new PtxArchive.Program("00ff", ".version 7.0\nret;\nmov;\nret;\n"));
        programs.put("TYPE=F64 DENSE", new PtxArchive.Program("11ee", ".version 7.0\nmov;\n}\n"));
        programs.put("TYPE=I32", new PtxArchive.Program("22dd", lines(300) + "ret;\n" + lines(299)));
        byte[] once = bytes(new PtxArchive(programs));
        PtxArchive read = PtxArchive.read(new ByteArrayInputStream(once));
        assertEquals(programs, read.programs());
        assertArrayEquals(once, bytes(read));
        assertNotEquals(PtxArchive.hash("source", "compiler"), PtxArchive.hash("sourc", "ecompiler"));
    }

    private static String lines(int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append("add ").append(i).append(";\n");
        }
        return text.toString();
    }

    private static byte[] bytes(PtxArchive archive) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        archive.write(out);
        return out.toByteArray();
    }

    private static SortedMap<String, PtxArchive.Program> committed(String file) throws Exception {
        Path archive = ARCHIVES.resolve(file + ".gz");
        if (!Files.exists(archive)) {
            return new TreeMap<>();
        }
        try (var in = Files.newInputStream(archive)) {
            return PtxArchive.read(in).programs();
        }
    }
}
