package dev.tenon.models.safetensors;

import dev.tenon.Shape;
import dev.tenon.error.MalformedFileException;
import dev.tenon.io.Quote;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One file's parsed header: eight bytes of length, then a JSON object, then the data.
 *
 * @param metadata the strings under {@code __metadata__}
 * @param tensors by name, in the header's order
 */
record SafetensorsHeader(Map<String, String> metadata, Map<String, SafetensorsTensor> tensors) {
    static final String METADATA = "__metadata__";
    /** The limit of the format's own reader. */
    static final long MAX_HEADER = 100_000_000;

    static final int MAX_DIMENSIONS = 32;
    /** An entry takes about 200 bytes of heap; the largest checkpoints have some 100,000 tensors over all shards. */
    static final int MAX_TENSORS = 1 << 18;

    private static final int MAX_METADATA = 1 << 16;
    private static final int LENGTH_BYTES = 8;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /**
     * @param file the name for messages
     * @param shard the file's place in a sharded checkpoint
     * @throws MalformedFileException if the header breaks the format or does not fit the file's size
     */
    static SafetensorsHeader read(MemorySegment segment, String file, int shard) {
        if (segment.byteSize() < LENGTH_BYTES) {
            throw new MalformedFileException(file, "header length", 0, "the file ends within it");
        }
        long length = segment.get(LONG, 0);
        if (length < 0 || length > MAX_HEADER || length > segment.byteSize() - LENGTH_BYTES) {
            throw new MalformedFileException(
                    file,
                    "header length",
                    0,
                    "%s bytes; at most %d are allowed and the file has %d"
                            .formatted(Long.toUnsignedString(length), MAX_HEADER, segment.byteSize() - LENGTH_BYTES));
        }
        MemorySegment text = segment.asSlice(LENGTH_BYTES, length);
        if (length == 0 || text.get(ValueLayout.JAVA_BYTE, 0) != '{') {
            throw new MalformedFileException(file, "header", LENGTH_BYTES, "it does not start with '{'");
        }
        long dataStart = LENGTH_BYTES + length;
        try (JsonCursor json = new JsonCursor(text, file, LENGTH_BYTES, "header")) {
            return new Parser(json, file, shard, dataStart, segment.byteSize() - dataStart).header();
        }
    }

    /** An entry and the byte in the file at which its offsets stand. */
    private record Entry(SafetensorsTensor tensor, long at) {}

    private record Parser(JsonCursor json, String file, int shard, long dataStart, long dataBytes) {
        SafetensorsHeader header() {
            Map<String, Entry> entries = new LinkedHashMap<>();
            Map<String, String> metadata = null;
            json.enterObject("header");
            while (true) {
                long at = json.at();
                String name = json.nextMember("header");
                if (name == null) {
                    break;
                }
                if (name.equals(METADATA)) {
                    if (metadata != null) {
                        throw new MalformedFileException(file, METADATA, at, "there is another one");
                    }
                    metadata = metadata();
                } else if (entries.putIfAbsent(name, entry(name)) != null) {
                    throw new MalformedFileException(
                            file, "tensor " + Quote.of(name), at, "there is another one of this name");
                } else if (entries.size() > MAX_TENSORS) {
                    throw new MalformedFileException(file, "header", at, "more than " + MAX_TENSORS + " tensors");
                }
            }
            json.end("header");
            checkCover(entries);
            Map<String, SafetensorsTensor> tensors = new LinkedHashMap<>();
            entries.forEach((name, entry) -> tensors.put(name, entry.tensor));
            return new SafetensorsHeader(metadata == null ? Map.of() : metadata, tensors);
        }

        private Map<String, String> metadata() {
            Map<String, String> metadata = new LinkedHashMap<>();
            json.enterObject(METADATA);
            while (true) {
                long at = json.at();
                String key = json.nextMember(METADATA);
                if (key == null) {
                    return metadata;
                }
                String field = METADATA + " " + Quote.of(key);
                if (metadata.putIfAbsent(key, json.string(field)) != null) {
                    throw new MalformedFileException(file, field, at, "there is another one of this name");
                }
                if (metadata.size() > MAX_METADATA) {
                    throw new MalformedFileException(file, METADATA, at, "more than " + MAX_METADATA + " entries");
                }
            }
        }

        private Entry entry(String name) {
            String field = "tensor " + Quote.of(name);
            long start = json.at();
            json.enterObject(field);
            SafetensorsType type = null;
            long[] shape = null;
            long[] offsets = null;
            long offsetsAt = start;
            while (true) {
                long at = json.at();
                String member = json.nextMember(field);
                if (member == null) {
                    break;
                }
                switch (member) {
                    case "dtype" -> {
                        requireFirst(type, field, member, at);
                        type = type(field);
                    }
                    case "shape" -> {
                        requireFirst(shape, field, member, at);
                        shape = json.integers(field + " shape", MAX_DIMENSIONS);
                    }
                    case "data_offsets" -> {
                        requireFirst(offsets, field, member, at);
                        offsetsAt = json.at();
                        offsets = json.integers(field + " data_offsets", 2);
                    }
                    default -> json.skip(field);
                }
            }
            if (type == null || shape == null || offsets == null || offsets.length != 2) {
                throw new MalformedFileException(file, field, start, "it needs a dtype, a shape and two data_offsets");
            }
            return new Entry(tensor(name, type, shape, offsets, offsetsAt), offsetsAt);
        }

        private void requireFirst(@Nullable Object before, String field, String member, long at) {
            if (before != null) {
                throw new MalformedFileException(file, field + " " + member, at, "there is another one");
            }
        }

        private SafetensorsType type(String field) {
            long at = json.at();
            String name = json.string(field + " dtype");
            return SafetensorsType.of(name)
                    .orElseThrow(() -> new MalformedFileException(
                            file, field + " dtype", at, Quote.of(name) + " is no known element type"));
        }

        private SafetensorsTensor tensor(String name, SafetensorsType type, long[] sizes, long[] offsets, long at) {
            String field = "tensor " + Quote.of(name) + " data_offsets";
            long bits = type.bits();
            boolean empty = false;
            for (long size : sizes) {
                // Sizes of 0 are left out of the product: a later size must not hide in it.
                long factor = Math.max(1, size);
                empty |= size == 0;
                if (bits > Long.MAX_VALUE / factor) {
                    throw new MalformedFileException(
                            file, "tensor " + Quote.of(name) + " shape", at, "its size passes 2^63 - 1 bits");
                }
                bits *= factor;
            }
            bits = empty ? 0 : bits;
            if (offsets[0] > offsets[1] || offsets[1] > dataBytes) {
                throw new MalformedFileException(
                        file, field, at, "they leave the file, which has " + dataBytes + " bytes of data");
            }
            long byteSize = offsets[1] - offsets[0];
            if (bits % 8 != 0 || bits / 8 != byteSize) {
                throw new MalformedFileException(
                        file, field, at, "they hold " + byteSize + " bytes, the shape " + bits + " bits");
            }
            return new SafetensorsTensor(name, Shape.of(sizes), type, shard, dataStart + offsets[0], byteSize);
        }

        /** The format wants every byte of the data to belong to exactly one tensor. */
        private void checkCover(Map<String, Entry> entries) {
            List<Entry> ordered = new ArrayList<>(entries.values());
            ordered.sort(Comparator.<Entry>comparingLong(entry -> entry.tensor.offset())
                    .thenComparingLong(entry -> entry.tensor.byteSize()));
            long end = dataStart;
            for (Entry entry : ordered) {
                SafetensorsTensor tensor = entry.tensor;
                if (tensor.offset() != end) {
                    throw new MalformedFileException(
                            file,
                            "tensor " + Quote.of(tensor.name()) + " data_offsets",
                            entry.at,
                            tensor.offset() < end ? "they overlap another tensor's" : "there is a hole before them");
                }
                end += tensor.byteSize();
            }
            if (end != dataStart + dataBytes) {
                throw new MalformedFileException(
                        file, "data", end, (dataStart + dataBytes - end) + " bytes belong to no tensor");
            }
        }
    }
}
