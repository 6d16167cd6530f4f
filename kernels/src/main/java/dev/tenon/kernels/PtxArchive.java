package dev.tenon.kernels;

import dev.tenon.error.InvalidArgumentException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * What a source file's programs compile to for CUDA: PTX text by the programs' defines. A device without a compiler takes its
 * programs from it.
 */
public final class PtxArchive {
    private static final Map<String, PtxArchive> LOADED = new ConcurrentHashMap<>();

    private final SortedMap<String, Program> programs;

    /**
     * A compiled program.
     *
     * @param source the hash of what it was compiled from: see {@link #hash}
     */
    public record Program(String source, String ptx) {}

    public PtxArchive(SortedMap<String, Program> programs) {
        this.programs = Collections.unmodifiableSortedMap(new TreeMap<>(programs));
    }

    /**
     * The archive of a portable source file, from this module's resources.
     *
     * @param file the source's name in {@link KernelSources}
     * @throws InvalidArgumentException if there is none
     */
    public static PtxArchive portable(String file) {
        return LOADED.computeIfAbsent(file, PtxArchive::load);
    }

    private static PtxArchive load(String file) {
        try (InputStream in = PtxArchive.class.getResourceAsStream("/kernels/ptx/" + file + ".gz")) {
            if (in == null) {
                throw new InvalidArgumentException("there is no PTX of the kernel source " + file);
            }
            return read(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The program with these defines; null if there is none. */
    public @Nullable Program program(String defines) {
        return programs.get(defines);
    }

    /** All programs by their defines. */
    public SortedMap<String, Program> programs() {
        return programs;
    }

    /** Reads an archive that {@link #write} wrote. */
    public static PtxArchive read(InputStream stream) throws IOException {
        DataInputStream in = new DataInputStream(new GZIPInputStream(stream, 1 << 16));
        String[] lines = new String(in.readNBytes(in.readInt()), StandardCharsets.US_ASCII).split("\n", -1);
        SortedMap<String, Program> programs = new TreeMap<>();
        for (int count = in.readInt(); count > 0; count--) {
            String defines = in.readUTF();
            String source = in.readUTF();
            StringBuilder text = new StringBuilder();
            int line = -1;
            for (int i = in.readInt(); i > 0; i--) {
                line += 1 + readDifference(in);
                text.append(lines[line]).append('\n');
            }
            programs.put(defines, new Program(source, text.toString()));
        }
        return new PtxArchive(programs);
    }

    /**
     * Writes the archive; the same programs give the same bytes. Programs are far apart for a compressor that looks back 32 KiB, but
     * have most of their lines in common: each different line is written once, and a program as the numbers of its lines, which
     * mostly follow one another.
     */
    public void write(OutputStream stream) throws IOException {
        Map<String, Integer> numbers = new LinkedHashMap<>();
        for (Program program : programs.values()) {
            program.ptx().lines().forEach(line -> numbers.putIfAbsent(line, numbers.size()));
        }
        GZIPOutputStream compressed = new GZIPOutputStream(stream) {
            {
                def.setLevel(9);
            }
        };
        DataOutputStream out = new DataOutputStream(compressed);
        byte[] lines = String.join("\n", numbers.keySet()).getBytes(StandardCharsets.US_ASCII);
        out.writeInt(lines.length);
        out.write(lines);
        out.writeInt(programs.size());
        for (Map.Entry<String, Program> entry : programs.entrySet()) {
            out.writeUTF(entry.getKey());
            out.writeUTF(entry.getValue().source());
            List<String> text = entry.getValue().ptx().lines().toList();
            out.writeInt(text.size());
            int before = -1;
            for (String line : text) {
                int number = numbers.getOrDefault(line, -1);
                writeDifference(out, number - before - 1);
                before = number;
            }
        }
        out.flush();
        compressed.finish();
    }

    /** Seven bits a byte, the lowest first, the sign in the lowest bit. */
    private static void writeDifference(DataOutputStream out, int difference) throws IOException {
        int rest = difference << 1 ^ difference >> 31;
        while (rest >>> 7 != 0) {
            out.writeByte(rest | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    private static int readDifference(DataInputStream in) throws IOException {
        int value = 0;
        int part = 0x80;
        for (int shift = 0; (part & 0x80) != 0; shift += 7) {
            part = in.readUnsignedByte();
            value |= (part & 0x7F) << shift;
        }
        return value >>> 1 ^ -(value & 1);
    }

    /** The hash by which a compiled program is known to be that of its source: of the text and of how it is compiled. */
    public static String hash(String program, String compiler) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(compiler.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            digest.update(program.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
