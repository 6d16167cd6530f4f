package dev.tenon.io;

import dev.tenon.error.InputOutputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Writes a file so that its name stands for the old content or the whole new one, never for a part: into a temporary
 * file beside it, forced to disk, then renamed over it. If anything fails, the temporary file is removed and the old
 * file stays.
 */
public final class AtomicFile {
    private AtomicFile() {}

    /** What fills the file. */
    @FunctionalInterface
    public interface Content {
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    /**
     * @throws InputOutputException if the folder is missing or not writable, or the disk is full
     */
    public static void write(Path path, Content content) {
        Path temporary = null;
        try {
            // A rename over a symbolic link would replace the link, not the file it names.
            Path target = Files.isSymbolicLink(path) ? path.toRealPath() : path.toAbsolutePath();
            String suffix = Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36);
            temporary = target.resolveSibling("." + target.getFileName() + "." + suffix + ".tmp");
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            InputOutputException failure = new InputOutputException(path.toString(), "writing", e);
            remove(temporary, failure);
            throw failure;
        } catch (RuntimeException | Error e) {
            remove(temporary, e);
            throw e;
        }
    }

    /** Writes all that is left in {@code bytes}; a channel may take fewer bytes a call than it is given. */
    public static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void remove(@Nullable Path temporary, Throwable failure) {
        if (temporary == null) {
            return;
        }
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
