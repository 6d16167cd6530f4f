package dev.tenon.cuda;

import dev.tenon.Configuration;
import dev.tenon.cuda.blas.BlasLibrary;
import dev.tenon.cuda.op.BlasProducts;
import dev.tenon.cuda.op.CudaDispatch;
import dev.tenon.cuda.op.CudaWork;
import dev.tenon.cuda.op.TensorCores;
import dev.tenon.error.ClosedException;
import dev.tenon.error.DeviceException;
import dev.tenon.error.InputOutputException;
import dev.tenon.error.MalformedFileException;
import dev.tenon.error.NativeCallException;
import dev.tenon.error.TenonException;
import dev.tenon.kernels.cuda.CudaLimitProbe;
import dev.tenon.kernels.plan.DeviceTraits;
import dev.tenon.kernels.tuning.ChosenTuning;
import dev.tenon.kernels.tuning.PortableTuning;
import dev.tenon.op.Op;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.BackendTuning;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.DeviceLimits;
import dev.tenon.spi.DeviceProperties;
import dev.tenon.spi.MemoryUse;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One CUDA device with its primary context, which other CUDA libraries of the process use too. Once its context has ended (a
 * kernel that read where nothing is, a device that was lost) every call says so; other devices work on.
 */
final class CudaDevice implements BackendDevice {
    private final Driver driver;
    private final DeviceInfo info;
    private final DeviceProperties properties;
    private final DeviceTraits traits;
    private final TensorCores tensorCores;
    private final PortableTuning tuning;
    private final long context;
    private final CudaPool pool;
    private final CudaStream home;
    /** Null where there is no cuBLAS. */
    private final @Nullable CudaBlas blas;

    private final Modules modules = new Modules(this);
    private final Staging staging = new Staging(this);
    private final Set<CudaStream> streams = ConcurrentHashMap.newKeySet();
    private final CudaClock clock = new CudaClock();
    /** The driver's numbers of devices that reach this one's memory. */
    private final Set<Integer> reachedBy = ConcurrentHashMap.newKeySet();
    /** Times that nobody has asked for yet. */
    private final Set<CudaTiming> timings = ConcurrentHashMap.newKeySet();
    /** Of graphs that are not closed. */
    private final Set<Long> executables = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;
    /** What ended the context. */
    private volatile @Nullable NativeCallException end;

    /**
     * Opens a device.
     *
     * @throws MalformedFileException if a tuning table is damaged or says what the device does not allow
     * @throws InputOutputException if the user's table is there and cannot be read
     */
    CudaDevice(Driver driver, BlasLibrary blas, DeviceInfo info, int number, Configuration configuration) {
        this(driver, blas, info, number, configuration, ChosenTuning.of(info.tuningKey(), info.traits()));
    }

    private CudaDevice(
            Driver driver,
            BlasLibrary blas,
            DeviceInfo info,
            int number,
            Configuration configuration,
            ChosenTuning chosen) {
        this.driver = driver;
        this.info = info;
        properties = info.properties(number, blas, chosen.summary());
        traits = chosen.traits();
        tuning = new PortableTuning(
                info.tuningKey(),
                chosen,
                tuned -> new CudaDevice(driver, blas, info, number, configuration, ChosenTuning.byLimits(tuned)));
        tensorCores = info.tensorCores();
        context = driver.retainContext(info.index());
        CudaPool made = null;
        try {
            driver.setCurrent(context);
            long limit = configuration.memoryLimit() == 0
                    ? info.memoryBytes()
                    : Math.min(configuration.memoryLimit(), info.memoryBytes());
            made = new CudaPool(properties.name(), driver, info.index(), limit);
            home = new CudaStream(this, driver.createStream());
        } catch (TenonException e) {
            Release release = new Release(e);
            if (made != null) {
                made.discard(release);
            }
            release.run(() -> driver.releaseContext(info.index()));
            throw e;
        }
        pool = made;
        this.blas = blas instanceof BlasLibrary.Found found ? new CudaBlas(this, found, info.capability()) : null;
        streams.add(home);
    }

    /** Calls the driver with this device's context current. */
    void run(Consumer<Driver> call) {
        ask(d -> {
            call.accept(d);
            return 0;
        });
    }

    /** Calls the driver with this device's context current, for an answer. */
    <T> T ask(Function<Driver, T> call) {
        if (closed) {
            throw new ClosedException(name() + ": the device is closed");
        }
        NativeCallException ended = end;
        if (ended != null) {
            throw lost(ended);
        }
        enter();
        try {
            return call.apply(driver);
        } catch (NativeCallException e) {
            if (ErrorCodes.endsContext(e)) {
                end = e;
            }
            throw e;
        }
    }

    /** A context that cannot be made current has ended, whatever the reason. */
    private void enter() {
        try {
            driver.setCurrent(context);
        } catch (NativeCallException e) {
            end = e;
            throw e;
        }
    }

    private DeviceException lost(NativeCallException ended) {
        DeviceException error = new DeviceException(
                name(), "its context has ended: " + String.valueOf(ended.getMessage()) + "; close the device");
        error.initCause(ended);
        return error;
    }

    /** For what goes with the device when that is closed or lost. */
    void runUnlessClosed(Consumer<Driver> call) {
        if (!closed && end == null) {
            run(call);
        }
    }

    /** Events for an operator's times. */
    CudaTiming timing(Driver current, String choice) {
        CudaTiming timing = new CudaTiming(this, current, clock.origin(current), choice);
        timings.add(timing);
        return timing;
    }

    void forget(CudaTiming timing, Driver current, Release release) {
        timings.remove(timing);
        timing.release(current, release);
    }

    /** Keeps a graph's executable until {@link #drop}, or until the device is closed. */
    long keep(Function<Driver, Long> make) {
        return ask(d -> {
            long executable = make.apply(d);
            executables.add(executable);
            return executable;
        });
    }

    void drop(long executable) {
        runUnlessClosed(d -> {
            if (executables.remove(executable)) {
                d.destroyExecutable(executable);
            }
        });
    }

    String name() {
        return properties.name();
    }

    DeviceInfo info() {
        return info;
    }

    long context() {
        return context;
    }

    /** The default stream, in whose order memory comes and goes. */
    CudaStream home() {
        return home;
    }

    Modules modules() {
        return modules;
    }

    Staging staging() {
        return staging;
    }

    /** For what was planned for it, so there is one. */
    CudaBlas blas() {
        return Objects.requireNonNull(blas);
    }

    /** Room for the steps of operators. */
    CudaWork work() {
        return new CudaWork(traits, tensorCores, blas == null ? BlasProducts.NONE : blas, this::allocate);
    }

    /** Lets another device's copies go to this one's memory without the host, if there is a way. */
    void letReach(CudaDevice other) {
        int number = other.info.index();
        if (!other.info.reaches().contains(info.index()) || reachedBy.contains(number)) {
            return;
        }
        run(d -> pool.letReach(number));
        reachedBy.add(number);
    }

    void synchronizeStreams() {
        List.copyOf(streams).forEach(CudaStream::synchronize);
    }

    @Override
    public DeviceProperties properties() {
        return properties;
    }

    @Override
    public CudaBuffer allocate(long bytes) {
        return ask(d -> new CudaBuffer(this, bytes, pool.allocate(bytes, home.handle())));
    }

    /** Gives memory back in the default stream's order. */
    void release(long pointer) {
        runUnlessClosed(d -> pool.free(pointer, home.handle()));
    }

    /** A GPU reaches host memory over a bus, at a fraction of its own memory's speed: that is no place for tensors. */
    @Override
    public Optional<DeviceBuffer> wrap(MemorySegment segment) {
        return Optional.empty();
    }

    @Override
    public MemoryUse memory() {
        return ask(d -> pool.use());
    }

    @Override
    public void trim() {
        synchronizeStreams();
        run(d -> pool.trim());
    }

    @Override
    public Optional<String> whyUnsupported(Op op) {
        return CudaDispatch.whyUnsupported(op, traits, tensorCores);
    }

    @Override
    public BackendStream defaultStream() {
        return home;
    }

    @Override
    public BackendStream openStream() {
        return ask(d -> {
            CudaStream opened = new CudaStream(this, d.createStream());
            streams.add(opened);
            return opened;
        });
    }

    /** Empty with a driver that does not load the kernels for tensor cores: the probe's are beside these. */
    @Override
    public Optional<DeviceLimits> measureLimits() {
        return tensorCores.usable().map(usable -> CudaLimitProbe.measure(this, usable, home::run));
    }

    @Override
    public Optional<BackendTuning> tuning() {
        return Optional.of(tuning);
    }

    /** Waits for a stream and gives it back. */
    void close(CudaStream stream) {
        if (closed || !streams.remove(stream)) {
            return;
        }
        Release release = new Release();
        release.run(this::enter);
        stream.close(driver, release);
        finish(release);
    }

    /** Gives everything back. On a device whose context has ended, what can be: the rest went with the context. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        Release release = new Release();
        release.run(this::enter);
        List.copyOf(streams).stream().filter(stream -> stream != home).forEach(stream -> stream.close(driver, release));
        streams.clear();
        executables.forEach(executable -> release.run(() -> driver.destroyExecutable(executable)));
        executables.clear();
        timings.forEach(timing -> timing.release(driver, release));
        timings.clear();
        clock.close(driver, release);
        pool.close(home.handle(), release);
        home.close(driver, release);
        closed = true;
        if (blas != null) {
            blas.close(release);
        }
        modules.close(driver, release);
        staging.close(driver, release);
        release.run(() -> driver.releaseContext(info.index()));
        finish(release);
    }

    /** That a lost device cannot give things back is no news. */
    private void finish(Release release) {
        if (end == null) {
            release.finish();
        }
    }
}
