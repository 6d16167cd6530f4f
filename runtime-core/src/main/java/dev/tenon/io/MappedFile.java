package dev.tenon.io;

import dev.tenon.error.ClosedException;
import dev.tenon.error.InputOutputException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A whole file mapped read-only. Nothing is read before it is used, and files past 2 GB are one segment.
 *
 * <p>The mapping shows the file as it is: if another process shortens the file while it is mapped, touching the lost
 * pages makes the virtual machine throw {@link InternalError}. Replace model files by renaming a new file over the old
 * one (as {@link AtomicFile} does), which leaves a mapping whole.
 *
 * <p>May be used from any thread. After {@link #close()} every segment of it is dead.
 */
public final class MappedFile implements AutoCloseable {
    private final String name;
    private final Arena arena;
    private final MemorySegment segment;

    private MappedFile(String name, Arena arena, MemorySegment segment) {
        this.name = name;
        this.arena = arena;
        this.segment = segment;
    }

    /**
     * @throws InputOutputException if the file is missing, cannot be read, or is not a regular file
     */
    @SuppressWarnings("MustBeClosedChecker") // the arena lives as long as the mapping: close() ends it
    public static MappedFile open(Path path) {
        Arena arena = Arena.ofShared();
        try {
            // Opening a pipe would wait for a writer for ever.
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                throw new IOException("not a regular file");
            }
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                MemorySegment segment = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
                return new MappedFile(path.toString(), arena, segment);
            }
        } catch (IOException e) {
            arena.close();
            throw new InputOutputException(path.toString(), "mapping", e);
        }
    }

    /** The path as the caller gave it. */
    public String name() {
        return name;
    }

    /**
     * The file's bytes, read-only.
     *
     * @throws ClosedException after {@link #close()}
     */
    public MemorySegment segment() {
        if (!arena.scope().isAlive()) {
            throw new ClosedException(name + " is closed");
        }
        return segment;
    }

    /** Unmaps the file; a second call does nothing. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
