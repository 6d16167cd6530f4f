package dev.tenon.models.weights;

import dev.tenon.error.InvalidArgumentException;
import dev.tenon.io.AtomicFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Where a tensor's bytes come from while a file is written: little-endian, row-major, as many as the tensor has. */
@FunctionalInterface
public interface WeightBytes {
    void writeTo(WritableByteChannel channel) throws IOException;

    /** The bytes of a segment, which must be alive until the file is written. */
    static WeightBytes of(MemorySegment segment) {
        return channel -> {
            // A buffer holds at most 2^31 - 1 bytes, and memory on the heap is copied: pieces keep that copy small.
            long piece = 1L << 20;
            for (long at = 0; at < segment.byteSize(); at += piece) {
                MemorySegment slice = segment.asSlice(at, Math.min(piece, segment.byteSize() - at));
                // Arrays other than of bytes have no view as a buffer.
                ByteBuffer bytes =
                        slice.isNative() ? slice.asByteBuffer() : ByteBuffer.wrap(slice.toArray(ValueLayout.JAVA_BYTE));
                AtomicFile.writeFully(channel, bytes);
            }
        };
    }

    /**
     * Writes the data and checks its length.
     *
     * @param name the tensor, for the error
     * @throws InvalidArgumentException if it is not {@code bytes} long
     */
    default void writeExactly(WritableByteChannel channel, long bytes, String name) throws IOException {
        Counting counting = new Counting(channel);
        writeTo(counting);
        if (counting.written != bytes) {
            throw new InvalidArgumentException(
                    "tensor " + name + " has " + bytes + " bytes, but " + counting.written + " were given");
        }
    }

    /** Passes everything on and counts it. */
    final class Counting implements WritableByteChannel {
        private final WritableByteChannel channel;
        private long written;

        private Counting(WritableByteChannel channel) {
            this.channel = channel;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int count = channel.write(bytes);
            written += count;
            return count;
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() {
            throw new UnsupportedOperationException("the file is closed by its writer");
        }
    }
}
