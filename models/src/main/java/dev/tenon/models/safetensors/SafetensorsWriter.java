package dev.tenon.models.safetensors;

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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes a safetensors file. The bytes depend on the content alone, not on the order of the calls: tensors go widest
 * element first, then by name, so that each is aligned to its element, and the data starts at a multiple of 64 bytes.
 * Tensor data is streamed and never gathered in memory.
 */
public final class SafetensorsWriter {
    private static final int ALIGNMENT = 64;
    private static final JsonFactory FACTORY = JsonFactory.builder().build();

    private final Map<String, String> metadata = new TreeMap<>();
    private final Map<String, Pending> tensors = new TreeMap<>();

    private record Pending(String name, Shape shape, SafetensorsType type, long byteSize, WeightBytes data) {}

    /**
     * A string under {@code __metadata__}.
     *
     * @throws InvalidArgumentException if the key is there already
     */
    public SafetensorsWriter metadata(String key, String value) {
        if (metadata.putIfAbsent(key, value) != null) {
            throw new InvalidArgumentException("there is a key " + Quote.of(key) + " already");
        }
        return this;
    }

    /**
     * A tensor from memory.
     *
     * @param data its bytes, row-major; must be alive until the file is written
     * @throws DTypeException if the format lacks the type: it has no block-quantized ones
     */
    public SafetensorsWriter tensor(String name, Shape shape, DType dtype, MemorySegment data) {
        return tensor(name, shape, SafetensorsType.of(dtype), WeightBytes.of(data));
    }

    /**
     * A tensor whose bytes are asked for while the file is written.
     *
     * @throws InvalidArgumentException if there is a tensor of that name already, or the name is {@code __metadata__}
     * @throws ShapeException if there are more than 32 axes
     */
    public SafetensorsWriter tensor(String name, Shape shape, SafetensorsType type, WeightBytes data) {
        if (name.equals(SafetensorsHeader.METADATA)) {
            throw new InvalidArgumentException("no tensor can be called " + name);
        }
        if (shape.rank() > SafetensorsHeader.MAX_DIMENSIONS) {
            throw new ShapeException("safetensors", "too many axes", List.of(shape));
        }
        long bits = Math.multiplyExact(shape.elements(), (long) type.bits());
        if (bits % 8 != 0) {
            throw new ShapeException("safetensors", "elements of " + type + " do not fill whole bytes", List.of(shape));
        }
        if (tensors.putIfAbsent(name, new Pending(name, shape, type, bits / 8, data)) != null) {
            throw new InvalidArgumentException("there is a tensor " + Quote.of(name) + " already");
        }
        return this;
    }

    /**
     * Writes the file under its name all at once (see {@link AtomicFile}).
     *
     * @throws InputOutputException if the operating system refuses
     * @throws InvalidArgumentException if a tensor's data is not as long as its shape says, or the header would pass the
     *     format's 100 MB
     */
    public void write(Path path) {
        AtomicFile.write(path, this::writeTo);
    }

    /** Writes the file into a channel, which stays open. */
    public void writeTo(WritableByteChannel channel) throws IOException {
        List<Pending> ordered = new ArrayList<>(tensors.values());
        ordered.sort(Comparator.<Pending>comparingInt(tensor -> tensor.type.bits())
                .reversed()
                .thenComparing(Pending::name));
        AtomicFile.writeFully(channel, ByteBuffer.wrap(header(ordered)));
        for (Pending tensor : ordered) {
            tensor.data.writeExactly(channel, tensor.byteSize, Quote.of(tensor.name));
        }
    }

    /** The length, the JSON text, and blanks up to the alignment. */
    private byte[] header(List<Pending> ordered) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[Long.BYTES]);
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeName(SafetensorsHeader.METADATA);
                json.writeStartObject();
                metadata.forEach((key, value) -> json.writeName(key).writeString(value));
                json.writeEndObject();
            }
            long offset = 0;
            for (Pending tensor : ordered) {
                json.writeName(tensor.name);
                json.writeStartObject();
                json.writeName("dtype").writeString(tensor.type.name());
                integers(json, "shape", tensor.shape.sizes());
                long end = Math.addExact(offset, tensor.byteSize);
                integers(json, "data_offsets", offset, end);
                offset = end;
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        byte[] bytes = out.toByteArray();
        int padded = bytes.length + (-bytes.length & (ALIGNMENT - 1));
        if (padded - Long.BYTES > SafetensorsHeader.MAX_HEADER) {
            throw new InvalidArgumentException("the header would take " + padded + " bytes");
        }
        byte[] header = Arrays.copyOf(bytes, padded);
        Arrays.fill(header, bytes.length, padded, (byte) ' ');
        ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).putLong(0, padded - Long.BYTES);
        return header;
    }

    private static void integers(JsonGenerator json, String name, long... values) {
        json.writeName(name);
        json.writeStartArray();
        for (long value : values) {
            json.writeNumber(value);
        }
        json.writeEndArray();
    }
}
