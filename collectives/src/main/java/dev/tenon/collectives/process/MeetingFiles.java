package dev.tenon.collectives.process;

import dev.tenon.error.CommunicatorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The names under which ranks meet. Data is in a file whose name tells who made it: a process, when that started, and in
 * which process namespace; a symbolic link, whose name all ranks know, leads to it. Both go as soon as all ranks have the
 * file open. So what a killed process left can be told from what a living one still needs without opening it, and is
 * removed by whoever comes across it.
 */
final class MeetingFiles {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final AtomicLong MADE = new AtomicLong();

    private final Path folder;
    private final String prefix;

    private MeetingFiles(Path folder) {
        this.folder = folder;
        this.prefix = "tenon-" + System.getProperty("user.name", "").replaceAll("[^A-Za-z0-9_]", "_") + "-";
    }

    static MeetingFiles ofHost() {
        return new MeetingFiles(MEMORY);
    }

    /** Why ranks cannot meet here; empty if they can. */
    static Optional<String> whyUnavailable() {
        return Files.isDirectory(MEMORY) && Files.isWritable(MEMORY)
                ? Optional.empty()
                : Optional.of(MEMORY + " is no folder that can be written to");
    }

    /** A new name for data, which says that it is this process's. */
    Path newData() {
        return folder.resolve(prefix + "of-" + maker() + "-" + MADE.incrementAndGet());
    }

    /** The link of a meeting, by its name. */
    Path link(String meeting) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(meeting.getBytes(StandardCharsets.UTF_8));
            return folder.resolve(prefix + HexFormat.of().formatHex(hash, 0, 16));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    long freeBytes() throws IOException {
        return Files.getFileStore(folder).getUsableSpace();
    }

    /** Where a link leads, if it is there and its maker lives; what a dead maker left is removed. */
    Optional<Path> follow(Path link) throws IOException {
        Path data;
        try {
            data = folder.resolve(Files.readSymbolicLink(link).getFileName());
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        }
        if (isAbandoned(data)) {
            Files.deleteIfExists(link);
            Files.deleteIfExists(data);
            return Optional.empty();
        }
        return Optional.of(data);
    }

    /** Makes a link, unless there is one. */
    static boolean tryLink(Path link, Path data) throws IOException {
        try {
            Files.createSymbolicLink(link, data.getFileName());
            return true;
        } catch (FileAlreadyExistsException taken) {
            return false;
        }
    }

    /** Removes a link that still leads to {@code data}, and that. */
    void remove(Path link, Path data) {
        try {
            Optional<Path> target = follow(link);
            if (target.isPresent() && target.get().equals(data)) {
                Files.deleteIfExists(link);
            }
            Files.deleteIfExists(data);
        } catch (IOException e) {
            throw new CommunicatorException("cannot remove " + data, e);
        }
    }

    /** Removes what processes left that were killed while they met. */
    void sweep() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, prefix + "*")) {
            for (Path file : files) {
                if (Files.isSymbolicLink(file)) {
                    follow(file);
                } else if (isAbandoned(file)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /** What cannot be told counts as needed. */
    private boolean isAbandoned(Path data) {
        String[] parts =
                data.getFileName().toString().substring(prefix.length()).split("-");
        if (parts.length != 5 || !parts[0].equals("of") || !parts[1].equals(namespace())) {
            return false;
        }
        Optional<ProcessHandle> maker = ProcessHandle.of(Long.parseLong(parts[2]));
        return maker.isEmpty() || !started(maker.get()).equals(parts[3]);
    }

    private static String maker() {
        ProcessHandle self = ProcessHandle.current();
        return namespace() + "-" + self.pid() + "-" + started(self);
    }

    private static String started(ProcessHandle process) {
        return process.info()
                .startInstant()
                .map(Instant::toEpochMilli)
                .orElse(0L)
                .toString();
    }

    private static String namespace() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/ns/pid"))
                    .toString()
                    .replaceAll("\\D", "");
        } catch (IOException e) {
            return "0";
        }
    }
}
