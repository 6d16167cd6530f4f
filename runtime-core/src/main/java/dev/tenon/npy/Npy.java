package dev.tenon.npy;

import dev.tenon.Device;
import dev.tenon.Tensor;
import dev.tenon.error.DTypeException;
import dev.tenon.error.InputOutputException;
import dev.tenon.error.MalformedFileException;
import dev.tenon.io.AtomicFile;
import dev.tenon.io.MappedFile;
import dev.tenon.io.SegmentInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.file.Path;

/**
 * One array in a {@code .npy} file. Element types: {@code f8 f4 f2 i8 i4 i2 i1 u1 b1}; other byte orders and column-major
 * arrays are read too, and come out row-major.
 */
public final class Npy {
    private Npy() {}

    /**
     * Reads an array.
     *
     * @return a row-major tensor in the caller's scope
     * @throws InputOutputException if the file is missing or cannot be read
     * @throws MalformedFileException if it breaks the format
     * @throws DTypeException if Tenon has no such element type
     */
    public static Tensor read(Device device, Path path) {
        try (MappedFile file = MappedFile.open(path)) {
            return read(device, file.segment(), file.name());
        }
    }

    /**
     * Reads an array that is in memory already; it is copied.
     *
     * @param name the name for messages
     * @throws MalformedFileException if it breaks the format
     * @throws DTypeException if Tenon has no such element type
     */
    public static Tensor read(Device device, MemorySegment segment, String name) {
        try {
            return NpyData.read(device, new SegmentInputStream(segment), segment.byteSize(), name, "");
        } catch (IOException e) {
            throw new UncheckedIOException("a segment has no input errors", e);
        }
    }

    /**
     * Writes a tensor of any layout, all at once under its name (see {@link AtomicFile}).
     *
     * @throws InputOutputException if the operating system refuses
     * @throws DTypeException if NumPy has no such element type
     */
    public static void write(Path path, Tensor tensor) {
        AtomicFile.write(path, channel -> {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
            NpyData.write(tensor, out);
            out.flush();
        });
    }
}
