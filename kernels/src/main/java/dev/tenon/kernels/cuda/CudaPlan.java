package dev.tenon.kernels.cuda;

import java.util.List;

/** What an operator comes to on tensor cores. */
public sealed interface CudaPlan {
    /**
     * These launches, in order.
     *
     * @param scratch the buffers that the launches need meanwhile
     * @param because why it is these kernels and not those that the device has for its architecture alone, or others of another
     *     precision; empty where there is nothing to say
     */
    record Launches(List<CudaLaunch> launches, List<ScratchBuffer> scratch, String because) implements CudaPlan {
        /** With nothing to say why. */
        Launches(List<CudaLaunch> launches, List<ScratchBuffer> scratch) {
            this(launches, scratch, "");
        }

        static Launches of(CudaLaunch launch) {
            return new Launches(List.of(launch), List.of());
        }

        /** The same for a reason. */
        Launches because(String reason) {
            return new Launches(launches, scratch, reason);
        }
    }

    /**
     * No kernel here applies; a portable one does.
     *
     * @param reason for the profile, for example {@code rows of a do not start on 16-byte addresses}
     */
    record Declined(String reason) implements CudaPlan {}

    /**
     * Memory until the launches are done.
     *
     * @param zeroed whether it must be zeros before each run of the launches
     */
    record ScratchBuffer(long bytes, boolean zeroed) {}
}
