package dev.tenon.npy;

import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Tensor;
import dev.tenon.error.DTypeException;
import dev.tenon.error.InputOutputException;
import dev.tenon.error.MalformedFileException;
import dev.tenon.io.AtomicFile;
import dev.tenon.io.Quote;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Named arrays in a {@code .npz} file: a ZIP archive with one {@code .npy} member each, stored or deflated. */
public final class Npz {
    private static final String SUFFIX = ".npy";
    /** Deflate makes at most 1032 bytes of one. */
    private static final long MAX_RATIO = 1040;
    /** The earliest time that ZIP can say: the same arrays give the same file. */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private Npz() {}

    /**
     * Reads all arrays, by name, in the archive's order.
     *
     * @return row-major tensors in the caller's scope
     * @throws InputOutputException if the file is missing or cannot be read
     * @throws MalformedFileException if it breaks the format, its sums do not match, or a name is there twice
     * @throws DTypeException if Tenon has no such element type
     */
    public static Map<String, Tensor> read(Device device, Path path) {
        String file = path.toString();
        try (ZipFile zip = new ZipFile(path.toFile());
                Scope scope = Scope.open()) {
            Map<String, Tensor> arrays = new LinkedHashMap<>();
            for (ZipEntry entry : Collections.list(zip.entries())) {
                String name = entry.getName();
                String key = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
                if (arrays.containsKey(key)) {
                    throw new MalformedFileException(
                            file, "array " + Quote.of(key), -1, "there is another one of this name");
                }
                arrays.put(key, read(device, zip, entry, file, "array " + Quote.of(key) + " "));
            }
            for (Tensor array : arrays.values()) {
                scope.keep(array);
            }
            return arrays;
        } catch (ZipException | EOFException e) {
            throw new MalformedFileException(file, "archive", -1, String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new InputOutputException(file, "reading", e);
        }
    }

    private static Tensor read(Device device, ZipFile zip, ZipEntry entry, String file, String name)
            throws IOException {
        long size = entry.getSize();
        if (size < 0 || size / MAX_RATIO > entry.getCompressedSize()) {
            throw new MalformedFileException(
                    file, name + "size", -1, entry.getCompressedSize() + " bytes cannot unpack to " + size);
        }
        CRC32 sum = new CRC32();
        try (InputStream in = new CheckedInputStream(zip.getInputStream(entry), sum)) {
            Tensor tensor = NpyData.read(device, in, size, file, name);
            in.transferTo(OutputStream.nullOutputStream());
            if (sum.getValue() != entry.getCrc()) {
                throw new MalformedFileException(file, name + "data", -1, "its checksum does not match");
            }
            return tensor;
        }
    }

    /**
     * Writes tensors of any layout, uncompressed, all at once under the file's name (see {@link AtomicFile}).
     *
     * @throws InputOutputException if the operating system refuses
     * @throws DTypeException if NumPy has no such element type
     */
    public static void write(Path path, Map<String, Tensor> arrays) {
        write(path, arrays, Deflater.NO_COMPRESSION);
    }

    /**
     * Writes tensors of any layout, deflated.
     *
     * @throws InputOutputException if the operating system refuses
     * @throws DTypeException if NumPy has no such element type
     */
    public static void writeCompressed(Path path, Map<String, Tensor> arrays) {
        write(path, arrays, Deflater.DEFAULT_COMPRESSION);
    }

    private static void write(Path path, Map<String, Tensor> arrays, int level) {
        AtomicFile.write(path, channel -> {
            ZipOutputStream zip = new ZipOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)));
            zip.setLevel(level);
            for (Map.Entry<String, Tensor> each : arrays.entrySet()) {
                ZipEntry entry = new ZipEntry(each.getKey() + SUFFIX);
                entry.setTimeLocal(TIME);
                zip.putNextEntry(entry);
                NpyData.write(each.getValue(), zip);
                zip.closeEntry();
            }
            zip.finish();
            zip.flush();
        });
    }
}
