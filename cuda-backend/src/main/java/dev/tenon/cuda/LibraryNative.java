package dev.tenon.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.Optional;

/** Libraries by name, which may be absent. */
final class LibraryNative {
    private LibraryNative() {}

    /** A library as the system finds it, for as long as the process runs; empty where there is none of this name. */
    static Optional<SymbolLookup> lookup(String name) {
        try {
            return Optional.of(SymbolLookup.libraryLookup(name, Arena.global()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
