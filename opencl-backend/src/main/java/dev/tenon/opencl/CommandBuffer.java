package dev.tenon.opencl;

import java.util.List;

/** Kernels with their arguments, recorded once and enqueued by one call, in order. */
final class CommandBuffer {
    private final CommandBufferNative functions;
    private final Handles handles;
    private final long buffer;

    /** @param queue in order; later the buffer goes to that queue only */
    CommandBuffer(CommandBufferNative functions, long queue, List<OpenClLaunch.Prepared> launches, Handles handles) {
        this.functions = functions;
        this.handles = handles;
        buffer = handles.made(functions.create(queue));
        try {
            for (OpenClLaunch.Prepared launch : launches) {
                if (!launch.isEmpty()) {
                    functions.add(buffer, launch.handle(), launch.global(), launch.local());
                }
            }
            functions.complete(buffer);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    void enqueue() {
        functions.enqueue(buffer);
    }

    /** The driver keeps it until commands that were enqueued are done. */
    void close() {
        functions.release(buffer);
        handles.released();
    }
}
