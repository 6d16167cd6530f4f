package dev.tenon.collectives.nccl;

import dev.tenon.Configuration;
import dev.tenon.Device;
import dev.tenon.Tenon;
import dev.tenon.memory.HostBuffer;
import dev.tenon.op.Op;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.BackendGraph;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.DeviceProperties;
import dev.tenon.spi.MemoryUse;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** A device that says it is CUDA's, computes on the CPU, and has streams that go on by themselves. */
final class FakeCuda implements BackendDevice {
    /** The device that is current for libraries, as CUDA has it: one a thread. */
    static final ThreadLocal<@Nullable FakeCuda> CURRENT = new ThreadLocal<>();

    private final BackendDevice cpu = Tenon.shared().device("cpu").backend();
    private final String name;
    private final Set<FakeStream> streams = ConcurrentHashMap.newKeySet();
    private final Queue<Throwable> problems = new ConcurrentLinkedQueue<>();
    private final Arena memory = Arena.ofShared();
    private final FakeStream home = open();

    private FakeCuda(int number) {
        this.name = "cuda:" + number;
    }

    /** Devices for a test. */
    static List<Device> devices(int count) {
        List<Device> devices = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            devices.add(new Device(new FakeCuda(i), Configuration.DEFAULT));
        }
        return devices;
    }

    private FakeStream open() {
        FakeStream stream = new FakeStream(this, cpu.defaultStream());
        streams.add(stream);
        return stream;
    }

    void closed(FakeStream stream) {
        streams.remove(stream);
    }

    /** Streams that are open, without the default one. */
    int openStreams() {
        return streams.size() - 1;
    }

    @Override
    public DeviceProperties properties() {
        DeviceProperties of = cpu.properties();
        return new DeviceProperties(name, "cuda", "a fake", of.memoryBytes(), 1, true, of.types(), of.details());
    }

    /** Stays until the device goes: what streams have yet to do may need it, and it is not told from an address. */
    @Override
    public DeviceBuffer allocate(long bytes) {
        return HostBuffer.wrap(memory.allocate(Math.max(1, bytes), 64));
    }

    void fail(Throwable problem) {
        problems.add(problem);
    }

    /** Throws what went wrong in the streams' threads. */
    void requireSound() {
        if (!problems.isEmpty()) {
            throw new AssertionError(name + ": " + problems.peek(), problems.peek());
        }
    }

    @Override
    public Optional<DeviceBuffer> wrap(MemorySegment segment) {
        return cpu.wrap(segment);
    }

    @Override
    public MemoryUse memory() {
        return cpu.memory();
    }

    @Override
    public void trim() {}

    @Override
    public Optional<String> whyUnsupported(Op op) {
        return cpu.whyUnsupported(op);
    }

    @Override
    public BackendStream defaultStream() {
        return home;
    }

    @Override
    public BackendStream openStream() {
        return open();
    }

    @Override
    public void close() {
        home.close();
        memory.close();
    }

    /** Not used: no test captures on a fake. */
    static BackendGraph noGraph() {
        throw new UnsupportedOperationException("a fake captures nothing");
    }
}
