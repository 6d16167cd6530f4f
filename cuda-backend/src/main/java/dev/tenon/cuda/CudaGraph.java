package dev.tenon.cuda;

import dev.tenon.cuda.op.CudaDispatch;
import dev.tenon.cuda.op.CudaWork;
import dev.tenon.cuda.op.Step;
import dev.tenon.op.Op;
import dev.tenon.spi.BackendGraph;
import dev.tenon.spi.DeviceBuffer;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.LongUnaryOperator;

/** Steps as a graph of the driver's, captured from a stream of its own: a replay is one call. */
final class CudaGraph implements BackendGraph {
    private final CudaDevice device;
    private final CudaStream stream;
    private final long executable;
    private CudaWork work;
    private List<DeviceBuffer> buffers;

    CudaGraph(CudaDevice device, CudaStream stream, CudaWork work) {
        this.device = device;
        this.stream = stream;
        this.work = work;
        this.buffers = buffers(work);
        load(work);
        this.executable =
                device.keep(driver -> captured(driver, work.steps(), driver::instantiate, driver::destroyExecutable));
    }

    private static List<DeviceBuffer> buffers(CudaWork work) {
        return work.steps().stream()
                .flatMap(step -> step.buffers().stream())
                .distinct()
                .toList();
    }

    /** Beforehand: a module cannot be loaded within a capture. */
    private void load(CudaWork loaded) {
        loaded.steps().forEach(device.modules()::load);
    }

    /** What is made of the steps' graph; undone if something fails afterwards. */
    private long captured(Driver driver, List<Step> steps, LongUnaryOperator make, LongConsumer undo) {
        long capturing = driver.createStream();
        Release release = new Release();
        long[] made = new long[1];
        try (Parameters parameters = new Parameters()) {
            release.run(() -> made[0] = captured(driver, steps, capturing, parameters, make, undo));
        }
        release.run(() -> driver.destroyStream(capturing));
        return kept(made[0], undo, release);
    }

    private long captured(
            Driver driver,
            List<Step> steps,
            long capturing,
            Parameters parameters,
            LongUnaryOperator make,
            LongConsumer undo) {
        driver.beginCapture(capturing);
        Release release = new Release();
        release.run(() -> steps.forEach(step -> device.modules().submit(step, driver, capturing, parameters)));
        long[] graph = new long[1];
        long[] made = new long[1];
        // Also where a launch failed: the stream must come out of its capture.
        if (release.run(() -> graph[0] = driver.endCapture(capturing))) {
            if (!release.failed()) {
                release.run(() -> made[0] = make.applyAsLong(graph[0]));
            }
            release.run(() -> driver.destroyGraph(graph[0]));
        }
        return kept(made[0], undo, release);
    }

    private static long kept(long made, LongConsumer undo, Release release) {
        if (release.failed() && made != 0) {
            release.run(() -> undo.accept(made));
        }
        release.finish();
        return made;
    }

    @Override
    public synchronized void replay() {
        stream.replay(executable, buffers);
    }

    /** In place where the steps are of the same kernels in the same order. */
    @Override
    public synchronized boolean update(List<Op> ops) {
        CudaWork next = device.work();
        boolean updated = false;
        try {
            ops.forEach(op -> CudaDispatch.bind(op, next));
            load(next);
            updated = device.ask(driver ->
                    captured(driver, next.steps(), graph -> driver.update(executable, graph) ? 1 : 0, ignored -> {})
                            == 1);
        } finally {
            if (!updated) {
                next.close();
            }
        }
        if (updated) {
            // Scratch memory goes back in the order of the stream, after the replays that use it.
            work.close();
            work = next;
            buffers = buffers(next);
        }
        return updated;
    }

    @Override
    public synchronized void close() {
        Release release = new Release();
        // A graph is not destroyed under a replay.
        release.run(stream::synchronize);
        release.run(() -> device.drop(executable));
        release.run(work::close);
        release.finish();
    }
}
