package dev.tenon.cuda;

import dev.tenon.cuda.op.CudaDispatch;
import dev.tenon.cuda.op.CudaWork;
import dev.tenon.cuda.op.Step;
import dev.tenon.error.ClosedException;
import dev.tenon.error.ShapeException;
import dev.tenon.kernels.cuda.CudaLaunch;
import dev.tenon.op.Op;
import dev.tenon.spi.BackendGraph;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.NativeStream;
import dev.tenon.spi.OpTiming;
import dev.tenon.spi.StreamEvent;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A stream of the driver's. Safe for use by several threads, whose work is queued as it comes. Its monitor is held while work
 * is queued; another stream may then ask for a point of this one, so that takes no monitor.
 */
final class CudaStream implements NativeStream {
    private final CudaDevice device;
    private final long handle;
    private final Parameters parameters = new Parameters();
    private final List<CudaEvent> events = new ArrayList<>();
    private volatile boolean closed;

    CudaStream(CudaDevice device, long handle) {
        this.device = device;
        this.handle = handle;
    }

    long handle() {
        return handle;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void execute(Op op) {
        requireOpen();
        try (CudaWork work = device.work()) {
            CudaDispatch.bind(op, work);
            submit(work.steps());
        }
    }

    /** Enqueues a kernel that needs no scratch memory. */
    void run(CudaLaunch launch) {
        submit(List.of(new Step.TensorCore(launch, List.of())));
    }

    private synchronized void submit(List<Step> steps) {
        requireOpen();
        for (Step step : steps) {
            step.buffers().forEach(buffer -> ((CudaBuffer) buffer).usedBy(this));
            device.run(driver -> device.modules().submit(step, driver, handle, parameters));
        }
    }

    @Override
    public OpTiming executeTimed(Op op) {
        requireOpen();
        try (CudaWork work = device.work()) {
            CudaDispatch.bind(op, work);
            return submitTimed(work);
        }
    }

    private synchronized OpTiming submitTimed(CudaWork work) {
        requireOpen();
        CudaTiming timing = device.ask(driver -> device.timing(driver, work.choice()));
        Release release = new Release();
        boolean made = release.run(() -> {
            device.run(driver -> driver.recordEvent(timing.start(), handle));
            submit(work.steps());
            device.run(driver -> driver.recordEvent(timing.end(), handle));
        });
        if (!made) {
            release.run(() -> device.run(driver -> device.forget(timing, driver, release)));
        }
        release.finish();
        return timing;
    }

    @Override
    public BackendGraph compile(List<Op> ops) {
        requireOpen();
        CudaWork work = device.work();
        try {
            ops.forEach(op -> CudaDispatch.bind(op, work));
            return new CudaGraph(device, this, work);
        } catch (RuntimeException | Error e) {
            work.close();
            throw e;
        }
    }

    synchronized void replay(long executable, List<DeviceBuffer> buffers) {
        requireOpen();
        buffers.forEach(buffer -> ((CudaBuffer) buffer).usedBy(this));
        device.run(driver -> driver.launchGraph(executable, handle));
    }

    @Override
    public String platform() {
        return CUDA;
    }

    @Override
    public synchronized void submitNative(List<DeviceBuffer> buffers, NativeWork work) {
        requireOpen();
        long[] addresses = new long[buffers.size()];
        for (int i = 0; i < addresses.length; i++) {
            CudaBuffer buffer = (CudaBuffer) buffers.get(i);
            buffer.usedBy(this);
            addresses[i] = buffer.pointer();
        }
        // Only enters the context: codes of the library's failures mean something else than the driver's.
        device.run(driver -> {});
        work.queue(handle, addresses);
    }

    /** Makes later work here wait for what is now on another stream, of this device or of another. */
    void follow(CudaStream other) {
        other.device.run(driver -> {
            long event = driver.createEvent(false);
            Release release = new Release();
            // The wait is for this record; the event may go before it is passed.
            if (release.run(() -> driver.recordEvent(event, other.handle))) {
                release.run(() -> device.run(d -> d.waitEvent(handle, event)));
            }
            if (device != other.device) {
                release.run(() -> driver.setCurrent(other.device.context()));
            }
            release.run(() -> driver.destroyEvent(event));
            release.finish();
        });
    }

    /** The host memory is read before it returns, into pinned memory; the copy from there is in this stream's order. */
    @Override
    public synchronized StreamEvent upload(MemorySegment from, DeviceBuffer to, long toOffset) {
        requireOpen();
        checkRange("upload", toOffset, from.byteSize(), to.bytes());
        CudaBuffer target = (CudaBuffer) to;
        target.usedBy(this);
        device.run(driver -> device.staging().upload(driver, from, target.pointer() + toOffset, handle));
        return StreamEvent.PASSED;
    }

    /** The bytes are there when it returns. */
    @Override
    public StreamEvent download(DeviceBuffer from, long fromOffset, MemorySegment to) {
        checkRange("download", fromOffset, to.byteSize(), from.bytes());
        CudaBuffer source = (CudaBuffer) from;
        synchronized (this) {
            requireOpen();
            source.usedBy(this);
        }
        device.run(driver -> device.staging().download(driver, source.pointer() + fromOffset, to, handle));
        return StreamEvent.PASSED;
    }

    /** By the driver's own way between two devices: a direct one where this one reaches the other's memory, else by the host's. */
    @Override
    public boolean copyFrom(
            BackendStream source, DeviceBuffer from, long fromOffset, DeviceBuffer to, long toOffset, long bytes) {
        if (!(source instanceof CudaStream other) || other.device == device) {
            return false;
        }
        checkRange("copy", fromOffset, bytes, from.bytes());
        checkRange("copy", toOffset, bytes, to.bytes());
        CudaBuffer taken = (CudaBuffer) from;
        CudaBuffer given = (CudaBuffer) to;
        other.requireOpen();
        other.device.letReach(device);
        taken.usedBy(other);
        synchronized (this) {
            requireOpen();
            given.usedBy(this);
            follow(other);
            device.run(driver -> driver.copyToPeer(
                    given.pointer() + toOffset,
                    device.context(),
                    taken.pointer() + fromOffset,
                    other.device.context(),
                    bytes,
                    handle));
        }
        other.follow(this);
        return true;
    }

    private static void checkRange(String op, long offset, long bytes, long size) {
        if (offset < 0 || offset > size - bytes) {
            throw new ShapeException(op, bytes + " bytes at " + offset + " leave a buffer of " + size, List.of());
        }
    }

    /** A destroyed stream must not reach the driver. */
    private void requireOpen() {
        if (closed) {
            throw new ClosedException(device.name() + ": the stream is closed");
        }
    }

    @Override
    public StreamEvent record() {
        synchronized (events) {
            if (closed) {
                return new CudaEvent(device, 0);
            }
            events.removeIf(CudaEvent::isDone);
            CudaEvent event = device.ask(driver -> {
                long made = driver.createEvent(false);
                Release release = new Release();
                if (!release.run(() -> driver.recordEvent(made, handle))) {
                    release.run(() -> driver.destroyEvent(made));
                }
                release.finish();
                return new CudaEvent(device, made);
            });
            events.add(event);
            return event;
        }
    }

    @Override
    public synchronized void waitFor(StreamEvent event) {
        requireOpen();
        ((CudaEvent) event).holdUp(handle);
    }

    @Override
    public void synchronize() {
        if (closed) {
            return;
        }
        device.run(driver -> driver.synchronizeStream(handle));
        synchronized (events) {
            events.removeIf(CudaEvent::isDone);
        }
    }

    @Override
    public void close() {
        device.close(this);
    }

    /** Waits and gives everything back; the device's context is current. */
    synchronized void close(Driver driver, Release release) {
        synchronized (events) {
            if (closed) {
                return;
            }
            closed = true;
            release.run(() -> driver.synchronizeStream(handle));
            events.forEach(event -> release.run(() -> event.release(driver)));
            events.clear();
            release.run(() -> driver.destroyStream(handle));
            parameters.close();
        }
    }
}
