package dev.tenon.npy;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.error.MalformedFileException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;

/** Moves an array between a stream and a tensor, a piece at a time. */
final class NpyData {
    private static final int PIECE = 1 << 20;

    private NpyData() {}

    /**
     * Reads an array, header and all.
     *
     * @param size bytes that the stream says it has; nothing larger is allocated
     * @param name put before the field in errors
     * @return a tensor in the caller's scope
     */
    static Tensor read(Device device, InputStream in, long size, String file, String name) throws IOException {
        NpyHeader header = NpyHeader.read(in, file, name);
        long bytes = header.dtype().bytes(header.shape().elements());
        if (bytes > size - header.bytes()) {
            throw new MalformedFileException(
                    file,
                    name + "data",
                    header.bytes(),
                    bytes + " bytes are missing some: " + Math.max(0, size - header.bytes()) + " follow");
        }
        try (Scope scope = Scope.open()) {
            Shape stored = header.columnMajor() ? reversed(header.shape()) : header.shape();
            Tensor tensor = Tensor.empty(device, header.dtype(), stored);
            fill(tensor, in, bytes, header, file, name);
            return scope.keep(header.columnMajor() ? turned(tensor) : tensor);
        }
    }

    private static Shape reversed(Shape shape) {
        long[] sizes = new long[shape.rank()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = shape.size(sizes.length - 1 - i);
        }
        return Shape.of(sizes);
    }

    private static Tensor turned(Tensor tensor) {
        int[] axes = new int[tensor.shape().rank()];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = axes.length - 1 - i;
        }
        return tensor.permute(axes).contiguous();
    }

    private static void fill(Tensor tensor, InputStream in, long bytes, NpyHeader header, String file, String name)
            throws IOException {
        byte[] piece = new byte[(int) Math.min(PIECE, bytes)];
        for (long at = 0; at < bytes; ) {
            int size = (int) Math.min(piece.length, bytes - at);
            int got = in.readNBytes(piece, 0, size);
            if (got < size) {
                throw new MalformedFileException(file, name + "data", header.bytes() + at + got, "the data ends early");
            }
            if (header.bigEndian()) {
                turnBytes(piece, size, header.dtype().blockBytes());
            }
            if (header.dtype() == DType.BOOL) {
                for (int i = 0; i < size; i++) {
                    piece[i] = (byte) (piece[i] == 0 ? 0 : 1);
                }
            }
            MemorySegment filled = MemorySegment.ofArray(piece).asSlice(0, size);
            tensor.device().backend().upload(filled, tensor.buffer(), at);
            at += size;
        }
    }

    private static void turnBytes(byte[] bytes, int size, int width) {
        for (int at = 0; at < size; at += width) {
            for (int i = 0; i < width / 2; i++) {
                byte low = bytes[at + i];
                bytes[at + i] = bytes[at + width - 1 - i];
                bytes[at + width - 1 - i] = low;
            }
        }
    }

    /** Writes a tensor of any layout, header and all. */
    static void write(Tensor tensor, OutputStream out) throws IOException {
        out.write(NpyHeader.write(tensor.dtype(), tensor.shape()));
        long elements = tensor.shape().elements();
        long piece = PIECE / tensor.dtype().blockBytes();
        try (Scope scope = Scope.open()) {
            Tensor flat = tensor.reshape(elements);
            for (long at = 0; at < elements; at += piece) {
                out.write(flat.slice(0, at, Math.min(elements, at + piece)).toByteArray());
            }
        }
    }
}
