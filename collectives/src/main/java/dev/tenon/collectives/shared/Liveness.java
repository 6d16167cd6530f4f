package dev.tenon.collectives.shared;

import java.util.Optional;

/** Knows whether other ranks still are. Asked only by who has waited for a while. */
public interface Liveness {
    /** What became of a rank that is no more, to follow its name in a sentence; empty while it lives. */
    Optional<String> whyGone(int rank);
}
