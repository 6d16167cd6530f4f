package dev.tenon.opencl;

import dev.tenon.Configuration;
import dev.tenon.kernels.plan.DeviceTraits;
import dev.tenon.kernels.plan.LimitProbe;
import dev.tenon.kernels.plan.PortableSupport;
import dev.tenon.kernels.plan.Work;
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
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.lwjgl.opencl.CL10;

/** One OpenCL device with a context of its own. */
final class OpenClDevice implements BackendDevice {
    /** Options for the compiler of every program, such as {@code -cl-opt-disable}. */
    private static final String OPTIONS = "tenon.opencl.options";

    private final DeviceInfo info;
    private final DeviceProperties properties;
    private final DeviceTraits traits;
    private final PortableTuning tuning;
    private final Handles handles = new Handles();
    private final long context;
    private final OpenClPool pool;
    private final Programs programs;
    private final @Nullable CommandBufferNative commandBuffers;
    private final OpenClStream stream;
    private final Set<OpenClStream> streams = ConcurrentHashMap.newKeySet();
    /** Host memory that is used in place. */
    private final Set<Long> wrapped = ConcurrentHashMap.newKeySet();

    private boolean closed;

    OpenClDevice(DeviceInfo info, int index, Configuration configuration) {
        this(
                info,
                index,
                configuration,
                ProgramCache.of(info),
                ChosenTuning.of(info.tuningKey(), info.traits()),
                System.getProperty(OPTIONS, ""));
    }

    /** With traits and the compiler's options of one's own choice, for tests of kernels that the device would not get. */
    OpenClDevice(
            DeviceInfo info,
            int index,
            Configuration configuration,
            ProgramCache cache,
            DeviceTraits traits,
            String options) {
        this(info, index, configuration, cache, ChosenTuning.byLimits(traits), options);
    }

    private OpenClDevice(
            DeviceInfo info,
            int index,
            Configuration configuration,
            ProgramCache cache,
            ChosenTuning chosen,
            String options) {
        this.info = info;
        this.traits = chosen.traits();
        this.tuning = new PortableTuning(
                info.tuningKey(), chosen, tuned -> new OpenClDevice(info, index, configuration, cache, tuned, options));
        CommandBuffers choice = CommandBuffers.of(info);
        commandBuffers = choice.functions();
        properties = info.properties(index, choice.reason(), chosen.summary());
        context = handles.made(OpenClNative.createContext(info.platform(), info.device()));
        long limit = configuration.memoryLimit() == 0
                ? info.memoryBytes()
                : Math.min(configuration.memoryLimit(), info.memoryBytes());
        pool = new OpenClPool(properties.name(), context, info.hostMemory(), limit, info.largestAllocation(), handles);
        programs = new Programs(info, context, cache, handles, options);
        stream = open();
    }

    private OpenClStream open() {
        OpenClStream opened = new OpenClStream(this, handles);
        streams.add(opened);
        return opened;
    }

    /** @param measures whether its commands' times can be asked */
    long createQueue(boolean measures) {
        return OpenClNative.createQueue(context, info.device(), measures ? CL10.CL_QUEUE_PROFILING_ENABLE : 0);
    }

    void closed(OpenClStream ended) {
        streams.remove(ended);
    }

    DeviceInfo info() {
        return info;
    }

    OpenClPool pool() {
        return pool;
    }

    Programs programs() {
        return programs;
    }

    /** Room for the launches of operators. */
    Work work() {
        return new Work(traits, this::allocate);
    }

    /** What graphs are recorded with; null where their launches are enqueued one by one. */
    @Nullable
    CommandBufferNative commandBuffers() {
        return commandBuffers;
    }

    /** An event of this device's context that is passed when one of another context is; the caller's to release. */
    long follow(long event) {
        return FollowingEvents.follow(event, context);
    }

    /** How many OpenCL objects it holds. */
    long handles() {
        return handles.alive();
    }

    void synchronizeStreams() {
        List.copyOf(streams).forEach(OpenClStream::synchronize);
    }

    @Override
    public DeviceProperties properties() {
        return properties;
    }

    @Override
    public OpenClBuffer allocate(long bytes) {
        return new OpenClBuffer(this, bytes, pool.allocate(bytes));
    }

    /** In place where the device is the host's own processor, and memory begins as kernels count on. */
    @Override
    public Optional<DeviceBuffer> wrap(MemorySegment segment) {
        long bytes = segment.byteSize();
        if (segment.address() % traits.memoryAlignment() != 0) {
            return Optional.empty();
        }
        if (!info.hostMemory() || !segment.isNative() || bytes == 0 || bytes > info.largestAllocation()) {
            return Optional.empty();
        }
        long access = segment.isReadOnly() ? CL10.CL_MEM_READ_ONLY : CL10.CL_MEM_READ_WRITE;
        long handle = OpenClNative.createBuffer(context, access | CL10.CL_MEM_USE_HOST_PTR, bytes, segment.address());
        if (handle == 0) {
            return Optional.empty();
        }
        wrapped.add(handles.made(handle));
        return Optional.of(new OpenClBuffer(this, bytes, handle));
    }

    void releaseWrapped(long handle) {
        if (wrapped.remove(handle)) {
            OpenClNative.releaseBuffer(handle);
            handles.released();
        }
    }

    @Override
    public MemoryUse memory() {
        return pool.use();
    }

    @Override
    public void trim() {
        pool.trim();
    }

    @Override
    public Optional<String> whyUnsupported(Op op) {
        return PortableSupport.whyUnsupported(op, traits);
    }

    @Override
    public BackendStream defaultStream() {
        return stream;
    }

    @Override
    public BackendStream openStream() {
        return open();
    }

    @Override
    public Optional<DeviceLimits> measureLimits() {
        return Optional.of(LimitProbe.measure(this, traits, stream::submit));
    }

    @Override
    public Optional<BackendTuning> tuning() {
        return Optional.of(tuning);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            List.copyOf(streams).forEach(OpenClStream::close);
            programs.close();
            List.copyOf(wrapped).forEach(this::releaseWrapped);
            pool.close();
            OpenClNative.releaseContext(context);
            handles.released();
        }
    }
}
