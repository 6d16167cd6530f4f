package dev.tenon.opencl;

import dev.tenon.kernels.plan.Launch;
import dev.tenon.kernels.plan.Work;
import dev.tenon.spi.BackendGraph;
import java.util.List;

/** Launches with their arguments set once, each on a kernel object of its own: a replay only enqueues. */
final class OpenClGraph implements BackendGraph {
    private final OpenClStream stream;
    private final Work work;
    private final List<OpenClBuffer> buffers;
    private final OpenClLaunch.Prepared[] launches;

    OpenClGraph(OpenClStream stream, Work work, Programs programs) {
        this.stream = stream;
        this.work = work;
        this.buffers = work.launches().stream()
                .flatMap(launch -> launch.buffers().stream())
                .map(OpenClBuffer.class::cast)
                .distinct()
                .toList();
        this.launches = new OpenClLaunch.Prepared[work.launches().size()];
        int made = 0;
        try {
            for (; made < launches.length; made++) {
                Launch launch = work.launches().get(made);
                launches[made] = OpenClLaunch.prepare(launch, programs.kernel(launch.key()));
            }
        } catch (RuntimeException | Error e) {
            for (int i = 0; i < made; i++) {
                launches[i].close();
            }
            throw e;
        }
    }

    List<OpenClBuffer> buffers() {
        return buffers;
    }

    void enqueue(long queue) {
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
        for (OpenClLaunch.Prepared launch : launches) {
            launch.close();
        }
        work.close();
    }
}
