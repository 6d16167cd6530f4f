package dev.tenon.collectives.nccl;

import dev.tenon.error.CommunicatorException;
import java.util.List;
import java.util.Optional;

/** NCCL, version 2.14 or later, where it is installed. */
final class NcclLibrary {
    /** A library by name or path, in place of those that are looked for. */
    private static final String PROPERTY = "tenon.nccl.library";

    private static final List<String> NAMES = List.of("libnccl.so.2", "libnccl.so");

    private final NcclApi api;
    private final NcclVersion version;

    NcclLibrary(NcclApi api) {
        this.api = api;
        this.version = api.version();
        if (version.major() != 2) {
            throw new CommunicatorException("NCCL " + version + " is there, and version 2 is needed");
        }
    }

    /** Why there is none; empty if there is. */
    static Optional<String> whyUnavailable() {
        return load().isPresent()
                ? Optional.empty()
                : Optional.of("NCCL is not installed: none of " + names() + " is found in a version from 2.14 on (-D"
                        + PROPERTY + "=FILE names one)");
    }

    /** @throws CommunicatorException if there is none */
    static NcclLibrary open() {
        return new NcclLibrary(load().orElseThrow(
                        () -> new CommunicatorException(whyUnavailable().orElse("NCCL cannot be loaded"))));
    }

    private static Optional<NcclApi> load() {
        return names().stream().map(NcclNative::load).flatMap(Optional::stream).findFirst();
    }

    private static List<String> names() {
        String named = System.getProperty(PROPERTY);
        return named == null ? NAMES : List.of(named);
    }

    NcclApi api() {
        return api;
    }

    NcclVersion version() {
        return version;
    }
}
