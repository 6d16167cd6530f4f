package dev.tenon.spi;

import dev.tenon.Configuration;

/** A backend, found with {@code ServiceLoader}: a public class with a public constructor that takes nothing. */
public interface BackendProvider {
    /** The backend's name, for example {@code cpu} or {@code opencl}. */
    String name();

    /** Backends are listed in falling order of priority; the CPU's is 0. */
    int priority();

    /** Looks for devices. A missing driver is not an exception but a reason in the result. */
    Discovery discover(Configuration configuration);
}
