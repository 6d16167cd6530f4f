package dev.tenon.models.gguf;

import dev.tenon.error.ClosedException;
import dev.tenon.error.InputOutputException;
import dev.tenon.error.MalformedFileException;
import dev.tenon.io.MappedFile;
import dev.tenon.models.weights.TensorSource;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A GGUF model, mapped and used in place. Opening one reads the header, the metadata and the tensor table; strings and
 * arrays of the metadata are decoded, and pages of tensor data read, only when they are asked for.
 *
 * <p>A model split over several files ({@code NAME-00001-of-00003.gguf}, ...) is opened by the path of any of them and
 * is one model from then on. The metadata is the first file's.
 *
 * <p>Everything in the file is checked on opening, and what breaks the format is a {@link MalformedFileException} that
 * names the file, the field and the byte. See {@link MappedFile} for what happens if another process shortens the file.
 */
public final class GgufFile implements TensorSource {
    private final String name;
    private final List<MappedFile> files;
    private final List<GgufPart> parts;
    private final Map<String, GgufTensor> tensors;
    private volatile boolean closed;

    private GgufFile(String name, List<MappedFile> files, List<GgufPart> parts) {
        this.name = name;
        this.files = files;
        this.parts = parts;
        this.tensors = GgufSplit.join(parts);
    }

    /**
     * Maps a model's file or files.
     *
     * @throws InputOutputException if a file is missing or cannot be read
     * @throws MalformedFileException if a file breaks the format, or the files of a split model do not belong together
     */
    public static GgufFile open(Path path) {
        List<MappedFile> files = new ArrayList<>();
        try {
            List<GgufPart> parts = new ArrayList<>();
            parts.add(map(GgufSplit.first(path), files, 0));
            for (Path each : GgufSplit.others(path, parts.getFirst())) {
                parts.add(map(each, files, parts.size()));
            }
            return new GgufFile(path.toString(), files, parts);
        } catch (RuntimeException | Error e) {
            files.forEach(MappedFile::close);
            throw e;
        }
    }

    /**
     * Reads a single-file model that is in memory already. The segment stays the caller's and must outlive the model.
     *
     * @param name the name for messages
     * @throws MalformedFileException if it breaks the format
     */
    public static GgufFile of(MemorySegment segment, String name) {
        return new GgufFile(name, List.of(), List.of(GgufReader.read(segment, name, 0)));
    }

    private static GgufPart map(Path path, List<MappedFile> files, int part) {
        MappedFile file = MappedFile.open(path);
        files.add(file);
        return GgufReader.read(file.segment(), file.name(), part);
    }

    @Override
    public String name() {
        return name;
    }

    /** The files that make up the model, as opened. */
    public List<String> files() {
        return parts.stream().map(GgufPart::file).collect(Collectors.toUnmodifiableList());
    }

    /** The format's version: 2 or 3. */
    public int version() {
        return parts.getFirst().version();
    }

    /** What every tensor's offset in the data section is a multiple of, in bytes. */
    public long alignment() {
        return parts.getFirst().alignment();
    }

    public GgufMetadata metadata() {
        return parts.getFirst().metadata();
    }

    /** All tensors, in the order of the files. */
    public Collection<GgufTensor> tensors() {
        return Collections.unmodifiableCollection(tensors.values());
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    @Override
    public Optional<GgufTensor> find(String tensor) {
        return Optional.ofNullable(tensors.get(tensor));
    }

    @Override
    public MemorySegment data(String tensor) {
        GgufTensor found = tensors.get(tensor);
        if (found == null) {
            throw missing(tensor);
        }
        if (closed) {
            throw new ClosedException(name + " is closed");
        }
        // An empty tensor may stand past the end of the file.
        long offset = found.byteSize() == 0 ? 0 : found.offset();
        return parts.get(found.part()).segment().asSlice(offset, found.byteSize());
    }

    @Override
    public void close() {
        closed = true;
        files.forEach(MappedFile::close);
    }

    /** For example {@code GGUF v3, 57 tensors: model.gguf}. */
    @Override
    public String toString() {
        return "GGUF v" + version() + ", " + tensors.size() + " tensors: " + name;
    }
}
