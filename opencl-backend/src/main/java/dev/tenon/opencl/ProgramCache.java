package dev.tenon.opencl;

import dev.tenon.error.TenonException;
import dev.tenon.io.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Compiled programs on disk, one file each, named by a hash of device, driver, options and source. A file is its content's
 * SHA-256 and the content: one that was cut or altered is not believed, and is written anew. Writes are atomic, so that
 * processes may share the folder. A folder that cannot be used is no failure: then programs are compiled each time.
 */
final class ProgramCache {
    private static final int DIGEST = 32;

    private final @Nullable Path folder;

    ProgramCache(Path folder) {
        this.folder = folder;
    }

    private ProgramCache() {
        this.folder = null;
    }

    /**
     * The cache for a device. PoCL keeps what it compiles itself, for each size of work group too, which its binaries lack; and
     * asking it for a binary compiles the program once more, 0.3 s each.
     */
    static ProgramCache of(DeviceInfo info) {
        return info.isPocl() ? new ProgramCache() : new ProgramCache(defaultFolder());
    }

    /** Whether programs are kept at all. */
    boolean isUsed() {
        return folder != null;
    }

    /**
     * Where programs are kept: what the system property {@code tenon.opencl.cache} says, else {@code tenon/opencl} in the user's
     * folder for caches.
     */
    static Path defaultFolder() {
        String property = System.getProperty("tenon.opencl.cache", "");
        if (!property.isEmpty()) {
            return Path.of(property);
        }
        String caches = System.getenv("XDG_CACHE_HOME");
        Path root = caches == null || caches.isEmpty()
                ? Path.of(System.getProperty("user.home", "."), ".cache")
                : Path.of(caches);
        return root.resolve("tenon").resolve("opencl");
    }

    static String key(String... parts) {
        MessageDigest digest = sha256();
        for (String part : parts) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
            digest.update(bytes);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The program kept under a key; null where there is none that can be believed. */
    byte @Nullable [] read(String key) {
        if (folder == null) {
            return null;
        }
        byte[] file;
        try {
            file = Files.readAllBytes(folder.resolve(key));
        } catch (IOException e) {
            // Not there, or not readable: the program is compiled instead.
            return null;
        }
        if (file.length <= DIGEST) {
            return null;
        }
        byte[] content = Arrays.copyOfRange(file, DIGEST, file.length);
        return MessageDigest.isEqual(Arrays.copyOf(file, DIGEST), sha256().digest(content)) ? content : null;
    }

    void write(String key, byte[] content) {
        if (folder == null) {
            return;
        }
        try {
            Files.createDirectories(folder);
            AtomicFile.write(folder.resolve(key), channel -> {
                AtomicFile.writeFully(channel, ByteBuffer.wrap(sha256().digest(content)));
                AtomicFile.writeFully(channel, ByteBuffer.wrap(content));
            });
        } catch (IOException | TenonException e) {
            // A cache that cannot be written costs time at the next start, and nothing else.
            return;
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
