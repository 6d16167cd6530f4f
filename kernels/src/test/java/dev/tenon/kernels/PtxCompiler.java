package dev.tenon.kernels;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Compiles portable programs to PTX with nvcc, which is there only where someone put it in place. */
final class PtxCompiler {
    /** The release that the committed PTX is of; another's may differ. */
    static final String RELEASE = "V13.0.88";

    /**
     * No products and sums are fused that the source does not fuse: so the numbers are those that the same source gives
     * elsewhere. sm_80 is the oldest that is supported; a driver compiles it for what comes after.
     */
    private static final List<String> OPTIONS = List.of("-ptx", "-arch=sm_80", "-fmad=false", "-w", "-x", "cu");

    /** What {@link PtxArchive#hash} takes for the compiler: its release, its options and what is done to its text. */
    static final String IDENTITY = RELEASE + " " + String.join(" ", OPTIONS) + " .version 7.0";

    private final Path nvcc;
    private final Path folder;

    private PtxCompiler(Path nvcc, Path folder) {
        this.nvcc = nvcc;
        this.folder = folder;
    }

    /**
     * The compiler that the system property {@code tenon.nvcc} names, of the release that was committed from.
     *
     * @param folder for what is compiled
     */
    static Optional<PtxCompiler> find(Path folder) throws IOException, InterruptedException {
        String property = System.getProperty("tenon.nvcc", "");
        if (property.isEmpty()) {
            return Optional.empty();
        }
        PtxCompiler compiler = new PtxCompiler(Path.of(property), folder);
        String version = compiler.run(List.of(property, "--version"), "version");
        return version.contains(RELEASE) ? Optional.of(compiler) : Optional.empty();
    }

    /** A program's PTX, without comments and with the lowest version that has all it uses. */
    String compile(String name, String program) throws IOException, InterruptedException {
        Path source = folder.resolve(name + ".cu");
        Path target = folder.resolve(name + ".ptx");
        Files.writeString(source, program);
        List<String> command = new java.util.ArrayList<>();
        command.add(nvcc.toString());
        command.addAll(OPTIONS);
        command.addAll(List.of(source.toString(), "-o", target.toString()));
        run(command, name);
        String ptx = normal(Files.readString(target, StandardCharsets.US_ASCII));
        Files.delete(source);
        Files.delete(target);
        return ptx;
    }

    private String run(List<String> command, String name) throws IOException, InterruptedException {
        Path log = folder.resolve(name + ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        int code = process.waitFor();
        String text = Files.readString(log);
        if (code != 0) {
            throw new IOException(command + " ended with " + code + "\n" + text);
        }
        return text;
    }

    private static String normal(String ptx) {
        return ptx.lines()
                        .filter(line -> !line.isBlank() && !line.strip().startsWith("//"))
                        .map(line -> line.startsWith(".version") ? ".version 7.0" : line)
                        .collect(Collectors.joining("\n"))
                + "\n";
    }
}
