package dev.tenon.cpu;

import dev.tenon.Configuration;
import dev.tenon.cpu.op.CpuContext;
import dev.tenon.cpu.op.CpuSupport;
import dev.tenon.cpu.probe.LimitProbe;
import dev.tenon.cpu.thread.ThreadTeam;
import dev.tenon.memory.HostBuffer;
import dev.tenon.memory.HostPool;
import dev.tenon.op.Op;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.DeviceLimits;
import dev.tenon.spi.DeviceProperties;
import dev.tenon.spi.MemoryUse;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** The machine's processor: pooled host memory and a team of threads. */
final class CpuDevice implements BackendDevice {
    private final DeviceProperties properties;
    private final HostPool pool;
    private final ThreadTeam team;
    private final CpuContext context;
    private final CpuStream stream;

    CpuDevice(Configuration configuration) {
        int cores = Runtime.getRuntime().availableProcessors();
        int threads = configuration.threads() == 0 ? cores : configuration.threads();
        long memory = CpuInfo.memoryBytes();
        long limit = configuration.memoryLimit() == 0 ? memory / 10 * 9 : configuration.memoryLimit();
        properties = CpuInfo.properties(memory, threads);
        pool = new HostPool(CpuBackend.NAME, limit);
        team = ThreadTeam.open(threads);
        context = new CpuContext(team);
        stream = new CpuStream(context);
    }

    @Override
    public DeviceProperties properties() {
        return properties;
    }

    @Override
    public DeviceBuffer allocate(long bytes) {
        return pool.allocate(bytes);
    }

    @Override
    public Optional<DeviceBuffer> wrap(MemorySegment segment) {
        return segment.isNative() ? Optional.of(HostBuffer.wrap(segment)) : Optional.empty();
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
        return CpuSupport.whyUnsupported(op);
    }

    @Override
    public BackendStream defaultStream() {
        return stream;
    }

    @Override
    public BackendStream openStream() {
        return new CpuStream(context);
    }

    @Override
    public Optional<DeviceLimits> measureLimits() {
        return Optional.of(LimitProbe.measure(team.size()));
    }

    @Override
    public void close() {
        team.close();
        pool.close();
    }
}
