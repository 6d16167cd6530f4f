package dev.tenon.kernels;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Writes the committed archives anew; a program whose source is as it was is not compiled again. */
final class PtxWriter {
    private PtxWriter() {}

    static void write(Path archives, PtxCompiler compiler)
            throws IOException, InterruptedException, ExecutionException {
        SortedMap<String, SortedSet<String>> space = ProgramSpace.programs();
        Files.createDirectories(archives);
        try (ExecutorService pool =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            for (String file : space.keySet()) {
                write(file, space.get(file), archives.resolve(file + ".gz"), compiler, pool);
            }
        }
        try (var files = Files.list(archives)) {
            for (Path file : files.toList()) {
                if (!space.containsKey(file.getFileName().toString().replace(".gz", ""))) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void write(
            String file, SortedSet<String> all, Path archive, PtxCompiler compiler, ExecutorService pool)
            throws IOException, InterruptedException, ExecutionException {
        SortedMap<String, PtxArchive.Program> old = read(archive);
        SortedMap<String, Future<PtxArchive.Program>> compiled = new TreeMap<>();
        for (String defines : all) {
            String program = KernelSources.program(file, defines);
            String hash = PtxArchive.hash(program, PtxCompiler.IDENTITY);
            PtxArchive.Program known = old.get(defines);
            String name = file + "-" + compiled.size();
            compiled.put(
                    defines,
                    pool.submit(() -> known != null && known.source().equals(hash)
                            ? known
                            : new PtxArchive.Program(hash, compiler.compile(name, program))));
        }
        SortedMap<String, PtxArchive.Program> programs = new TreeMap<>();
        for (String defines : compiled.keySet()) {
            programs.put(defines, compiled.get(defines).get());
        }
        if (!programs.equals(old)) {
            try (OutputStream out = Files.newOutputStream(archive)) {
                new PtxArchive(programs).write(out);
            }
        }
    }

    private static SortedMap<String, PtxArchive.Program> read(Path archive) throws IOException {
        if (!Files.exists(archive)) {
            return new TreeMap<>();
        }
        try (var in = Files.newInputStream(archive)) {
            return PtxArchive.read(in).programs();
        }
    }
}
