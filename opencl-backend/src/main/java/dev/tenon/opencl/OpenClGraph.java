package dev.tenon.opencl;

import dev.tenon.kernels.plan.Launch;
import dev.tenon.kernels.plan.Work;
import dev.tenon.spi.BackendGraph;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Launches with their arguments set once, each on a kernel object of its own: a replay only enqueues, one by one or, where
 * the device has command buffers, all by one call.
 */
final class OpenClGraph implements BackendGraph {
    private final OpenClStream stream;
    private final Work work;
    private final List<OpenClBuffer> buffers;
    private final List<OpenClLaunch.Prepared> launches;
    private final @Nullable CommandBuffer recorded;

    /**
     * @param commandBuffers null where launches are enqueued one by one
     * @param queue that replays go to
     */
    OpenClGraph(
            OpenClStream stream,
            Work work,
            Programs programs,
            @Nullable CommandBufferNative commandBuffers,
            long queue,
            Handles handles) {
        this.stream = stream;
        this.work = work;
        this.buffers = work.launches().stream()
                .flatMap(launch -> launch.buffers().stream())
                .map(OpenClBuffer.class::cast)
                .distinct()
                .toList();
        this.launches = new ArrayList<>(work.launches().size());
        try {
            for (Launch launch : work.launches()) {
                launches.add(OpenClLaunch.prepare(launch, programs.kernel(launch.key())));
            }
            recorded = commandBuffers == null ? null : new CommandBuffer(commandBuffers, queue, launches, handles);
        } catch (RuntimeException | Error e) {
            launches.forEach(OpenClLaunch.Prepared::close);
            throw e;
        }
    }

    List<OpenClBuffer> buffers() {
        return buffers;
    }

    void enqueue(long queue) {
        if (recorded != null) {
            recorded.enqueue();
            return;
        }
        for (OpenClLaunch.Prepared launch : launches) {
            launch.enqueue(queue);
        }
    }

    @Override
    public void replay() {
        stream.replay(this);
    }

    @Override
    public void close() {
        if (recorded != null) {
            recorded.close();
        }
        launches.forEach(OpenClLaunch.Prepared::close);
        work.close();
    }
}
