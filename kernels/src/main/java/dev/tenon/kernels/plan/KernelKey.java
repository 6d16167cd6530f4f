package dev.tenon.kernels.plan;

/** Which kernel a launch runs. A backend keeps what it has built under it. */
public sealed interface KernelKey {
    /** The kernel function's name. */
    String kernel();

    /**
     * A portable kernel.
     *
     * @param file the source's name in {@link dev.tenon.kernels.KernelSources}
     * @param defines macros, for example {@code TYPE=F32}, separated by single spaces
     */
    record Portable(String file, String kernel, String defines) implements KernelKey {}

    /** A user's own kernel, in the language of the backend. */
    record Own(String source, String kernel) implements KernelKey {}
}
