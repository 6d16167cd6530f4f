package dev.tenon;

import dev.tenon.error.InvalidArgumentException;
import dev.tenon.op.Op;
import dev.tenon.profile.Profiler;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.DeviceLimits;
import dev.tenon.spi.DeviceProperties;
import dev.tenon.spi.MemoryUse;
import dev.tenon.spi.StreamEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A device to make tensors on and run operators on. From {@link Tenon#device}; safe for use by several threads. */
public final class Device {
    private final BackendDevice backend;
    private final Configuration configuration;
    private final DeviceProperties properties;
    private final Transfers transfers = new Transfers(this);
    private final Set<Storage> live = ConcurrentHashMap.newKeySet();

    /** Wraps a backend's device; {@link Tenon} does this for those that it finds. */
    public Device(BackendDevice backend, Configuration configuration) {
        this.backend = backend;
        this.configuration = configuration;
        this.properties = backend.properties();
    }

    /** Unique in the process, for example {@code cpu} or {@code cuda:0}. */
    public String name() {
        return properties.name();
    }

    public DeviceProperties properties() {
        return properties;
    }

    /** Bytes used, cached and allowed. */
    public MemoryUse memory() {
        return backend.memory();
    }

    /** Gives cached free memory back to the system. */
    public void trim() {
        backend.trim();
    }

    /**
     * Measures what the device can do at most, in a second or two, for rooflines. Nothing else should run meanwhile.
     *
     * @return empty where the device has no probe
     */
    public Optional<DeviceLimits> measureLimits() {
        return backend.measureLimits();
    }

    /** What can be chosen of how the device runs its kernels; empty where nothing can. */
    public Optional<DeviceTuning> tuning() {
        return backend.tuning().map(tuning -> new DeviceTuning(tuning, configuration));
    }

    /**
     * Checks an operator and runs it.
     *
     * @throws dev.tenon.error.ShapeException or {@link dev.tenon.error.DTypeException} for operands it cannot take
     * @throws dev.tenon.error.UnsupportedOpException if this device does not run it
     * @throws dev.tenon.error.ClosedException if an operand is closed
     */
    public void execute(Op op) {
        Execution.run(this, op);
    }

    /** Why this device does not run a (valid) operator; empty if it does. */
    public Optional<String> whyUnsupported(Op op) {
        return backend.whyUnsupported(op);
    }

    /**
     * Records the operators that {@code body} calls on this device, without running them. Tensors made inside live as
     * scopes say, and at least as long as the graph.
     *
     * @throws InvalidArgumentException inside another capture
     */
    public Graph capture(Runnable body) {
        return record(body).finish();
    }

    /** The operators that the body executes on this device; none of them runs. */
    Recorder record(Runnable body) {
        ThreadState state = ThreadState.current();
        if (state.recorder != null) {
            throw new InvalidArgumentException("capture: another capture is open on this thread");
        }
        Recorder recorder = new Recorder(this);
        state.recorder = recorder;
        try {
            body.run();
        } catch (Throwable e) {
            recorder.abandon();
            throw e;
        } finally {
            state.recorder = null;
        }
        return recorder;
    }

    /** A further queue of work, independent of the default one. */
    public Stream openStream() {
        return new Stream(this, backend.openStream());
    }

    /** Marks the point that the calling thread's current stream on this device has come to. */
    public StreamEvent record() {
        Stream stream = ThreadState.current().stream;
        return stream != null && stream.device() == this
                ? stream.record()
                : backend.defaultStream().record();
    }

    /** Waits until all work on the default stream is done, and throws its failure if it had one. */
    public void synchronize() {
        backend.defaultStream().synchronize();
        Profiler.settle();
        transfers.reap();
    }

    /**
     * Where each live buffer was made, newest last; needs {@link Configuration#trackAllocations()}.
     *
     * @return one stack trace a buffer; its message gives the size
     */
    public List<Throwable> liveBuffers() {
        List<Throwable> origins = new ArrayList<>();
        for (Storage storage : live) {
            if (storage.origin != null) {
                origins.add(storage.origin);
            }
        }
        return origins;
    }

    /** The backend's side; for the runtime and for tests of backends. */
    public BackendDevice backend() {
        return backend;
    }

    /** Copies from other devices that are under way. */
    Transfers transfers() {
        return transfers;
    }

    /** Ends it after the copies that are under way to it. */
    void close() {
        try {
            transfers.close();
        } finally {
            backend.close();
        }
    }

    Configuration configuration() {
        return configuration;
    }

    @Nullable
    Throwable track(Storage storage) {
        if (!configuration.trackAllocations()) {
            return null;
        }
        live.add(storage);
        return new Throwable(storage.buffer.bytes() + " bytes on " + name());
    }

    void untrack(Storage storage) {
        if (configuration.trackAllocations()) {
            live.remove(storage);
        }
    }

    @Override
    public String toString() {
        return name() + " (" + properties.description() + ")";
    }
}
