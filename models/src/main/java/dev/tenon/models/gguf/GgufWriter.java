package dev.tenon.models.gguf;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.error.DTypeException;
import dev.tenon.error.InputOutputException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.ShapeException;
import dev.tenon.io.AtomicFile;
import dev.tenon.io.Quote;
import dev.tenon.models.weights.WeightBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a GGUF file, version 3: keys and tensors in the order given, so that the same calls give the same bytes. Tensor
 * data is streamed and never gathered in memory.
 */
public final class GgufWriter {
    private static final int VERSION = 3;

    private final Map<String, GgufValue> keys = new LinkedHashMap<>();
    private final Map<String, Pending> tensors = new LinkedHashMap<>();
    private long alignment = GgufReader.DEFAULT_ALIGNMENT;

    private record Pending(Shape shape, GgufType type, long byteSize, WeightBytes data) {}

    /**
     * A key and its value.
     *
     * @throws InvalidArgumentException if the key is there already, or {@code general.alignment} is no power of two
     */
    public GgufWriter put(String key, GgufValue value) {
        if (keys.putIfAbsent(key, value) != null) {
            throw new InvalidArgumentException("there is a key " + Quote.of(key) + " already");
        }
        if (key.equals(GgufReader.ALIGNMENT_KEY)) {
            if (!(value instanceof GgufValue.Int whole) || whole.value() < 1 || Long.bitCount(whole.value()) != 1) {
                throw new InvalidArgumentException(key + " must be a power of two, not " + value);
            }
            alignment = whole.value();
        }
        return this;
    }

    /** A key and a string. */
    public GgufWriter put(String key, String value) {
        return put(key, GgufValue.Text.of(value));
    }

    /** A key and a truth value. */
    public GgufWriter put(String key, boolean value) {
        return put(key, new GgufValue.Bool(value));
    }

    /** A key and a whole number, stored as {@code UINT32}, the type of most of GGUF's own keys. */
    public GgufWriter putCount(String key, long value) {
        return put(key, new GgufValue.Int(GgufValueType.UINT32, value));
    }

    /** A key and a number, stored as {@code FLOAT32}. */
    public GgufWriter putFloat(String key, float value) {
        return put(key, new GgufValue.Real(GgufValueType.FLOAT32, value));
    }

    /** A key and an array of strings. */
    public GgufWriter putStrings(String key, List<String> values) {
        return put(key, GgufArray.ofStrings(values));
    }

    /**
     * A tensor from memory.
     *
     * @param data its bytes, row-major; must be alive until the file is written
     * @throws DTypeException if GGUF lacks the type, or rows are not whole blocks
     */
    public GgufWriter tensor(String name, Shape shape, DType dtype, MemorySegment data) {
        return tensor(name, shape, GgufType.of(dtype), WeightBytes.of(data));
    }

    /**
     * A tensor whose bytes are asked for while the file is written.
     *
     * @param shape outermost axis first, at most four axes
     * @throws InvalidArgumentException if there is a tensor of that name already
     * @throws ShapeException if there are more than four axes or rows are not whole blocks
     */
    public GgufWriter tensor(String name, Shape shape, GgufType type, WeightBytes data) {
        if (shape.rank() > GgufReader.MAX_DIMENSIONS) {
            throw new ShapeException("gguf", "tensors have at most four axes", List.of(shape));
        }
        long row = shape.rank() == 0 ? 1 : shape.size(-1);
        if (row % type.blockSize() != 0) {
            throw new ShapeException("gguf", "rows are not whole blocks of " + type.blockSize(), List.of(shape));
        }
        long byteSize = Math.multiplyExact(shape.elements() / type.blockSize(), (long) type.blockBytes());
        if (tensors.putIfAbsent(name, new Pending(shape, type, byteSize, data)) != null) {
            throw new InvalidArgumentException("there is a tensor " + Quote.of(name) + " already");
        }
        return this;
    }

    /**
     * Writes the file under its name all at once (see {@link AtomicFile}).
     *
     * @throws InputOutputException if the operating system refuses
     * @throws InvalidArgumentException if a tensor's data is not as long as its shape says
     */
    public void write(Path path) {
        AtomicFile.write(path, this::writeTo);
    }

    /** Writes the file into a channel, which stays open. */
    public void writeTo(WritableByteChannel channel) throws IOException {
        byte[] header = header();
        AtomicFile.writeFully(channel, ByteBuffer.wrap(header));
        pad(channel, header.length);
        for (Map.Entry<String, Pending> each : tensors.entrySet()) {
            Pending tensor = each.getValue();
            tensor.data.writeExactly(channel, tensor.byteSize, Quote.of(each.getKey()));
            pad(channel, tensor.byteSize);
        }
    }

    private void pad(WritableByteChannel channel, long written) throws IOException {
        long left = -written & (alignment - 1);
        byte[] zeros = new byte[(int) Math.min(left, 4096)];
        for (; left > 0; left -= Math.min(left, zeros.length)) {
            AtomicFile.writeFully(channel, ByteBuffer.wrap(zeros, 0, (int) Math.min(left, zeros.length)));
        }
    }

    private byte[] header() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int32(out, GgufReader.MAGIC);
        int32(out, VERSION);
        int64(out, tensors.size());
        int64(out, keys.size());
        for (Map.Entry<String, GgufValue> each : keys.entrySet()) {
            string(out, each.getKey().getBytes(StandardCharsets.UTF_8));
            int32(out, each.getValue().type().ordinal());
            value(out, each.getValue());
        }
        long offset = 0;
        for (Map.Entry<String, Pending> each : tensors.entrySet()) {
            Pending tensor = each.getValue();
            string(out, each.getKey().getBytes(StandardCharsets.UTF_8));
            int32(out, tensor.shape.rank());
            for (int axis = tensor.shape.rank() - 1; axis >= 0; axis--) {
                int64(out, tensor.shape.size(axis));
            }
            int32(out, tensor.type.code());
            int64(out, offset);
            offset = Math.addExact(offset, tensor.byteSize + (-tensor.byteSize & (alignment - 1)));
        }
        return out.toByteArray();
    }

    private static void value(ByteArrayOutputStream out, GgufValue value) throws IOException {
        switch (value) {
            case GgufValue.Int whole -> integer(out, whole.type(), whole.value());
            case GgufValue.Bool bool -> out.write(bool.value() ? 1 : 0);
            case GgufValue.Text text -> string(out, text.bytes());
            case GgufValue.Real real -> {
                if (real.type() == GgufValueType.FLOAT32) {
                    int32(out, Float.floatToRawIntBits((float) real.value()));
                } else {
                    int64(out, Double.doubleToRawLongBits(real.value()));
                }
            }
            case GgufArray array -> {
                int32(out, array.elementType().ordinal());
                int64(out, array.length());
                WeightBytes.of(array.payload()).writeTo(Channels.newChannel(out));
            }
        }
    }

    private static void string(ByteArrayOutputStream out, byte[] utf8) {
        int64(out, utf8.length);
        out.writeBytes(utf8);
    }

    private static void int32(ByteArrayOutputStream out, int value) {
        integer(out, GgufValueType.UINT32, value & 0xFFFF_FFFFL);
    }

    private static void int64(ByteArrayOutputStream out, long value) {
        integer(out, GgufValueType.UINT64, value);
    }

    private static void integer(ByteArrayOutputStream out, GgufValueType type, long value) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[type.bytes()]);
        GgufLayouts.putInteger(bytes, type, 0, value);
        out.writeBytes(bytes.toArray(ValueLayout.JAVA_BYTE));
    }
}
