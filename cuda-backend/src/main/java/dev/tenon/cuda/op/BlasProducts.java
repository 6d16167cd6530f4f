package dev.tenon.cuda.op;

import dev.tenon.cuda.blas.BlasUse;
import dev.tenon.error.TenonException;
import dev.tenon.kernels.cuda.BlasGemm;

/** Matrix products by a library, where a device has one. */
public interface BlasProducts {
    /** A device without such a library. */
    BlasProducts NONE = new BlasProducts() {
        @Override
        public BlasUse use() {
            return BlasUse.OFF;
        }

        @Override
        public String description() {
            return "";
        }

        @Override
        public long workspaceBytes() {
            return 0;
        }

        @Override
        public Prepared prepare(BlasGemm gemm) {
            return new Prepared.Declined("there is none");
        }
    };

    /** When to use it; {@link BlasUse#OFF} where there is none. */
    BlasUse use();

    /** The library and its version. */
    String description();

    /** Memory that calls are given for the time that they run. */
    long workspaceBytes();

    /**
     * Makes ready what a call needs, so that within a capture nothing is left but the call itself.
     *
     * @throws TenonException where it fails for want of memory, or with the device
     */
    Prepared prepare(BlasGemm gemm);

    /** A call that can be made, or why not. */
    sealed interface Prepared {
        /**
         * @param function the library's function, for the profile
         * @param needsWorkspace whether it is to be given {@link #workspaceBytes}
         */
        record Ready(String function, boolean needsWorkspace) implements Prepared {}

        /** @param reason for the profile */
        record Declined(String reason) implements Prepared {}
    }
}
