package dev.tenon.collectives;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.Stream;

/** What lies in the host's memory by Tenon's names. Other jobs of this host may be meeting there meanwhile. */
final class SharedFiles {
    private SharedFiles() {}

    /** What some processes, which have ended, left. */
    static List<Path> left(List<RankProcess> ranks) throws IOException {
        List<Long> pids = ranks.stream().map(rank -> rank.process().pid()).toList();
        return left(pids::contains);
    }

    /** What processes left that have ended. */
    static List<Path> left() throws IOException {
        return left(pid -> ProcessHandle.of(pid).isEmpty());
    }

    private static List<Path> left(LongPredicate maker) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/dev/shm"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("tenon-"))
                    .filter(file -> maker.test(maker(file)))
                    .toList();
        }
    }

    /** The process in the name of a file, or of that to which a link leads. */
    private static long maker(Path file) {
        try {
            Path data = Files.isSymbolicLink(file) ? Files.readSymbolicLink(file) : file;
            String[] parts = data.getFileName().toString().split("-");
            return Long.parseLong(parts[parts.length - 3]);
        } catch (IOException gone) {
            return ProcessHandle.current().pid();
        }
    }
}
