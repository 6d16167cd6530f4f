package dev.tenon.models.safetensors;

import dev.tenon.error.ClosedException;
import dev.tenon.error.InputOutputException;
import dev.tenon.error.MalformedFileException;
import dev.tenon.io.MappedFile;
import dev.tenon.io.Quote;
import dev.tenon.models.weights.TensorSource;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A safetensors checkpoint, mapped and used in place: one file, or the shards that a {@code *.safetensors.index.json}
 * names. Opening one reads the headers alone.
 *
 * <p>What breaks the format is a {@link MalformedFileException} that names the file, the field and the byte: as in the
 * format's own reader, names are unique and the tensors cover the data without holes or overlap. See {@link MappedFile}
 * for what happens if another process shortens the file.
 */
public final class SafetensorsFile implements TensorSource {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    private final String name;
    private final List<MappedFile> files;
    private final List<MemorySegment> segments;
    private final Map<String, String> metadata;
    private final Map<String, SafetensorsTensor> tensors;
    private volatile boolean closed;

    private SafetensorsFile(
            String name,
            List<MappedFile> files,
            List<MemorySegment> segments,
            Map<String, String> metadata,
            Map<String, SafetensorsTensor> tensors) {
        this.name = name;
        this.files = files;
        this.segments = segments;
        this.metadata = Collections.unmodifiableMap(metadata);
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    /**
     * Maps a checkpoint.
     *
     * @param path a safetensors file, a shard index (a name that ends in {@code .json}), or a folder that holds {@code
     *     model.safetensors.index.json} or {@code model.safetensors}
     * @throws InputOutputException if a file is missing or cannot be read
     * @throws MalformedFileException if a file breaks the format, or a shard lacks a tensor that the index puts there
     */
    public static SafetensorsFile open(Path path) {
        Path file = path;
        if (Files.isDirectory(path)) {
            Path index = path.resolve(INDEX);
            file = Files.exists(index) ? index : path.resolve(SINGLE);
        }
        return String.valueOf(file.getFileName()).endsWith(".json") ? openShards(file) : openSingle(file);
    }

    /**
     * Reads a single-file checkpoint that is in memory already. The segment stays the caller's and must outlive it.
     *
     * @param name the name for messages
     * @throws MalformedFileException if it breaks the format
     */
    public static SafetensorsFile of(MemorySegment segment, String name) {
        SafetensorsHeader header = SafetensorsHeader.read(segment, name, 0);
        return new SafetensorsFile(name, List.of(), List.of(segment.asReadOnly()), header.metadata(), header.tensors());
    }

    private static SafetensorsFile openSingle(Path path) {
        MappedFile file = MappedFile.open(path);
        try {
            SafetensorsHeader header = SafetensorsHeader.read(file.segment(), file.name(), 0);
            return new SafetensorsFile(
                    file.name(), List.of(file), List.of(file.segment()), header.metadata(), header.tensors());
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    private static SafetensorsFile openShards(Path path) {
        ShardIndex index = ShardIndex.read(path);
        List<MappedFile> files = new ArrayList<>();
        try {
            List<MemorySegment> segments = new ArrayList<>();
            Map<String, String> metadata = new LinkedHashMap<>();
            Map<String, SafetensorsTensor> tensors = new LinkedHashMap<>();
            Map<String, SafetensorsHeader> headers = new LinkedHashMap<>();
            for (Map.Entry<String, ShardIndex.Entry> each : index.shards().entrySet()) {
                String shard = each.getValue().shard();
                SafetensorsHeader header = headers.get(shard);
                if (header == null) {
                    MappedFile file = MappedFile.open(path.resolveSibling(shard));
                    files.add(file);
                    segments.add(file.segment());
                    header = SafetensorsHeader.read(file.segment(), file.name(), headers.size());
                    headers.put(shard, header);
                    header.metadata().forEach(metadata::putIfAbsent);
                }
                SafetensorsTensor tensor = header.tensors().get(each.getKey());
                if (tensor == null) {
                    throw new MalformedFileException(
                            index.file(),
                            "weight_map " + Quote.of(each.getKey()),
                            each.getValue().at(),
                            Quote.of(shard) + " holds no tensor of this name");
                }
                tensors.put(each.getKey(), tensor);
            }
            return new SafetensorsFile(path.toString(), files, segments, metadata, tensors);
        } catch (RuntimeException | Error e) {
            files.forEach(MappedFile::close);
            throw e;
        }
    }

    @Override
    public String name() {
        return name;
    }

    /** The strings under {@code __metadata__}; of a sharded checkpoint, those of all shards, the first one's first. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** All tensors, in the order of the header or the index. */
    public Collection<SafetensorsTensor> tensors() {
        return tensors.values();
    }

    @Override
    public Set<String> names() {
        return tensors.keySet();
    }

    @Override
    public Optional<SafetensorsTensor> find(String tensor) {
        return Optional.ofNullable(tensors.get(tensor));
    }

    @Override
    public MemorySegment data(String tensor) {
        SafetensorsTensor found = tensors.get(tensor);
        if (found == null) {
            throw missing(tensor);
        }
        if (closed) {
            throw new ClosedException(name + " is closed");
        }
        return segments.get(found.shard()).asSlice(found.offset(), found.byteSize());
    }

    @Override
    public void close() {
        closed = true;
        files.forEach(MappedFile::close);
    }

    /** For example {@code safetensors, 272 tensors: model.safetensors}. */
    @Override
    public String toString() {
        return "safetensors, " + tensors.size() + " tensors: " + name;
    }
}
