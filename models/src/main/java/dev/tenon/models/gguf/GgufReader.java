package dev.tenon.models.gguf;

import dev.tenon.Shape;
import dev.tenon.error.MalformedFileException;
import dev.tenon.io.Quote;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Parses one GGUF file's header, metadata and tensor table. Tensor data is not touched. */
final class GgufReader {
    /** {@code GGUF} as a little-endian number. */
    static final int MAGIC = 0x46554747;

    static final String ALIGNMENT_KEY = "general.alignment";
    static final long DEFAULT_ALIGNMENT = 32;
    static final int MAX_DIMENSIONS = 4;

    /** The largest models published have some 60,000 tensors and 100 keys; an entry takes about 200 bytes of heap. */
    private static final long MAX_TENSORS = 1L << 18;

    private static final long MAX_KEYS = 1L << 16;
    private static final int KEY_BYTES = 8 + 4 + 1;
    private static final int TENSOR_BYTES = 8 + 4 + 4 + 8;

    private final MemorySegment segment;
    private final String file;
    private final int part;
    private final GgufCursor cursor;

    private GgufReader(MemorySegment segment, String file, int part) {
        this.segment = segment.asReadOnly();
        this.file = file;
        this.part = part;
        this.cursor = new GgufCursor(this.segment, file);
    }

    /**
     * @param file the name for messages
     * @param part the file's place in a split model, from 0
     * @throws MalformedFileException if anything in it breaks the format
     */
    static GgufPart read(MemorySegment segment, String file, int part) {
        return new GgufReader(segment, file, part).read();
    }

    private GgufPart read() {
        int magic = cursor.int32("magic");
        if (magic != MAGIC) {
            throw cursor.malformed("magic", 0, "this is not a GGUF file: it starts with 0x%08x".formatted(magic));
        }
        int version = version();
        long tensorCount = cursor.count(TENSOR_BYTES, "tensor_count");
        long keyCount = cursor.count(KEY_BYTES, "metadata_kv_count");
        limit("tensor_count", 8, tensorCount, MAX_TENSORS);
        limit("metadata_kv_count", 16, keyCount, MAX_KEYS);
        GgufMetadata metadata = new GgufMetadata(file, keys(keyCount));
        long alignment = alignment(metadata);
        List<Row> rows = rows(tensorCount);
        cursor.context("", null);
        long dataStart = cursor.at() + (-cursor.at() & (alignment - 1));
        Map<String, GgufTensor> tensors = new LinkedHashMap<>();
        for (Row row : rows) {
            GgufTensor tensor = place(row, dataStart, alignment);
            tensors.put(tensor.name(), tensor);
        }
        checkOverlap(rows);
        return new GgufPart(file, segment, version, metadata, alignment, dataStart, tensors);
    }

    private int version() {
        int version = cursor.int32("version");
        if (version == 2 || version == 3) {
            return version;
        }
        int swapped = Integer.reverseBytes(version);
        String problem;
        if (swapped > 0 && swapped <= 3) {
            problem = "this is a big-endian file; only little-endian ones are read";
        } else if (version == 1) {
            problem = "version 1 is not read (it counts in 32 bits); convert the file to version 3";
        } else {
            problem = "version " + Integer.toUnsignedString(version) + " is not known; 2 and 3 are";
        }
        throw cursor.malformed("version", 4, problem);
    }

    private void limit(String field, long offset, long count, long limit) {
        if (count > limit) {
            throw cursor.malformed(field, offset, count + " is more than the " + limit + " allowed");
        }
    }

    private Map<String, GgufMetadata.Entry> keys(long count) {
        Map<String, GgufMetadata.Entry> entries = new LinkedHashMap<>();
        for (long i = 0; i < count; i++) {
            cursor.context("metadata", null);
            long start = cursor.at();
            String key = cursor.name("key");
            cursor.context("metadata", key);
            GgufValueType type = cursor.valueType("value type");
            long at = cursor.at();
            GgufMetadata.Entry entry = new GgufMetadata.Entry(cursor.value(type), at);
            if (entries.putIfAbsent(key, entry) != null) {
                throw cursor.malformed("key", start, "there is another one of this name");
            }
        }
        cursor.context("", null);
        return entries;
    }

    private long alignment(GgufMetadata metadata) {
        long alignment = metadata.integer(ALIGNMENT_KEY, DEFAULT_ALIGNMENT);
        if (alignment < 1 || alignment > 1L << 31 || Long.bitCount(alignment) != 1) {
            throw metadata.malformed(ALIGNMENT_KEY, alignment + " is not a power of two up to 2^31");
        }
        return alignment;
    }

    /** A line of the table as it stands: {@code relative} counts from the data section, {@code at} is the field's byte. */
    private record Row(String name, Shape shape, GgufType type, long byteSize, long relative, long at) {}

    private List<Row> rows(long count) {
        List<Row> rows = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (long i = 0; i < count; i++) {
            cursor.context("tensor", null);
            long start = cursor.at();
            String name = cursor.name("name");
            cursor.context("tensor", name);
            if (!names.add(name)) {
                throw cursor.malformed("name", start, "there is another one of this name");
            }
            long shapeAt = cursor.at();
            Shape shape = shape();
            GgufType type = type();
            long byteSize = byteSize(shape, type, shapeAt);
            long at = cursor.at();
            rows.add(new Row(name, shape, type, byteSize, cursor.int64("offset"), at));
        }
        return rows;
    }

    private Shape shape() {
        long start = cursor.at();
        int rank = cursor.int32("n_dimensions");
        if (rank < 0 || rank > MAX_DIMENSIONS) {
            throw cursor.malformed(
                    "n_dimensions",
                    start,
                    Integer.toUnsignedString(rank) + " dimensions; at most " + MAX_DIMENSIONS + " are allowed");
        }
        long[] sizes = new long[rank];
        long elements = 1;
        for (int i = rank - 1; i >= 0; i--) {
            long at = cursor.at();
            sizes[i] = cursor.int64("dimension");
            if (sizes[i] < 0) {
                throw cursor.malformed("dimension", at, Long.toUnsignedString(sizes[i]) + " passes 2^63 - 1");
            }
            // Sizes of 0 are left out of the product: a later size must not hide in it.
            long factor = Math.max(1, sizes[i]);
            if (elements > Long.MAX_VALUE / factor) {
                throw cursor.malformed("dimension", at, "the number of elements passes 2^63 - 1");
            }
            elements *= factor;
        }
        return Shape.of(sizes);
    }

    private GgufType type() {
        long start = cursor.at();
        int code = cursor.int32("type");
        return GgufType.of(code)
                .orElseThrow(() ->
                        cursor.malformed("type", start, Integer.toUnsignedString(code) + " is no known tensor type"));
    }

    private long byteSize(Shape shape, GgufType type, long shapeAt) {
        long row = shape.rank() == 0 ? 1 : shape.size(-1);
        if (row % type.blockSize() != 0) {
            throw cursor.malformed(
                    "dimensions", shapeAt, "rows of " + row + " are not whole blocks of " + type.blockSize());
        }
        long blocks = shape.elements() / type.blockSize();
        if (blocks > Long.MAX_VALUE / type.blockBytes()) {
            throw cursor.malformed("dimensions", shapeAt, "the data would pass 2^63 - 1 bytes");
        }
        return blocks * type.blockBytes();
    }

    private GgufTensor place(Row row, long dataStart, long alignment) {
        cursor.context("tensor", row.name);
        if ((row.relative & (alignment - 1)) != 0) {
            throw cursor.malformed(
                    "offset",
                    row.at,
                    Long.toUnsignedString(row.relative) + " is not a multiple of the alignment " + alignment);
        }
        long room = segment.byteSize() - dataStart;
        // An empty tensor may stand past the end, where padding was left out.
        boolean fits = row.byteSize == 0 ? row.relative >= 0 : row.relative >= 0 && row.relative <= room - row.byteSize;
        if (!fits || row.relative > Long.MAX_VALUE - dataStart) {
            throw cursor.malformed(
                    "offset",
                    row.at,
                    "%d bytes from %s of the data section pass the end of the file (%d bytes of data)"
                            .formatted(row.byteSize, Long.toUnsignedString(row.relative), Math.max(0, room)));
        }
        return new GgufTensor(row.name, row.shape, row.type, part, dataStart + row.relative, row.byteSize);
    }

    /** Two tensors over the same bytes are a damaged offset, not an economy. */
    private void checkOverlap(List<Row> rows) {
        List<Row> ordered = new ArrayList<>(rows);
        ordered.removeIf(row -> row.byteSize == 0);
        ordered.sort(Comparator.comparingLong(Row::relative));
        for (int i = 1; i < ordered.size(); i++) {
            Row before = ordered.get(i - 1);
            Row row = ordered.get(i);
            if (row.relative - before.relative < before.byteSize) {
                cursor.context("tensor", row.name);
                throw cursor.malformed("offset", row.at, "its data overlaps that of tensor " + Quote.of(before.name));
            }
        }
    }
}
