package dev.tenon.collectives.shared;

import dev.tenon.spi.Transport;

/** What brought the ranks of a shared region together. One object a rank. */
public interface Group extends Liveness, AutoCloseable {
    Region region();

    /** Whether the ranks are threads, which see each other's memory. */
    boolean isOneProcess();

    /** What carries the data, for people. */
    String description();

    /**
     * Joins some of the ranks in a group of their own.
     *
     * @param name the same on all of them, and new to this group
     * @param rank this rank's number there
     */
    Transport split(String name, int rank, int ranks);

    /** Lets go of the region. */
    @Override
    void close();
}
