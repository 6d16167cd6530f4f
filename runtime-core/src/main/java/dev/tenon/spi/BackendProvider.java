package dev.tenon.spi;

import dev.tenon.Configuration;

/** A backend, found with {@code ServiceLoader}: a public class with a public constructor that takes nothing. */
public interface BackendProvider {
    /** The backend's name, for example {@code cpu} or {@code opencl}. */
    String name();

    /**
     * Devices are listed in falling order of their backends' priorities. The CPU's is 0 and the first: it is what every machine has,
     * what is used unless another is named, and what others are compared with. So others' are negative, those of the fastest
     * devices nearest to 0.
     */
    int priority();

    /** Looks for devices. A missing driver is not an exception but a reason in the result. */
    Discovery discover(Configuration configuration);
}
