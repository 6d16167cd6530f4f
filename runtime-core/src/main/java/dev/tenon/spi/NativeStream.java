package dev.tenon.spi;

import java.util.List;

/**
 * A stream on which a native library of the device's platform can queue work of its own, for example NCCL. A {@link
 * BackendStream} may implement it where the platform has handles for streams and addresses for memory; who calls such a library
 * asks for it, and needs to know nothing else of the backend.
 */
public interface NativeStream extends BackendStream {
    /** CUDA: streams are {@code CUstream}, addresses {@code CUdeviceptr}, and the device's primary context is made current. */
    String CUDA = "cuda";

    /** What the handles are, {@link #CUDA} for one. */
    String platform();

    /**
     * Calls {@code work} on this thread, with the device current for the platform's libraries. Nothing else is queued on this
     * stream meanwhile. What the library queues there comes after what is there, and the buffers' memory, which stays where it is,
     * goes back after it when they are closed.
     *
     * @param buffers whose memory the work uses
     */
    void submitNative(List<DeviceBuffer> buffers, NativeWork work);

    /** What a library is asked to queue. */
    interface NativeWork {
        /**
         * @param stream the stream's handle
         * @param addresses where the buffers begin, in their order; not addresses of the host
         */
        void queue(long stream, long[] addresses);
    }
}
