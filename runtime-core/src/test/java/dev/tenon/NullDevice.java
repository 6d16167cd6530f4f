package dev.tenon;

import dev.tenon.memory.HostBuffer;
import dev.tenon.memory.HostPool;
import dev.tenon.op.Op;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.BackendGraph;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.DeviceProperties;
import dev.tenon.spi.MemoryUse;
import dev.tenon.spi.OpTiming;
import dev.tenon.spi.StreamEvent;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A device with memory but no kernels: it notes the operators that reach it. Dispatch is tested on it, with no hardware. */
final class NullDevice implements BackendDevice {
    /** What reached the device, in order: operators by name, {@code replay}, {@code synchronize}. */
    final List<String> log = new CopyOnWriteArrayList<>();

    final HostPool pool;
    /** Called for each operator that runs. */
    Consumer<Op> kernel = op -> {};
    /** What the device lacks. */
    @Nullable
    String lacks;

    /** If set, operators end when the test says so, in place of at once. */
    final @Nullable LateTimes late;

    private final Queue queue = new Queue("");
    private int streams;

    NullDevice() {
        this(1 << 28);
    }

    NullDevice(long memory) {
        this(memory, null);
    }

    NullDevice(long memory, @Nullable LateTimes late) {
        pool = new HostPool("null", memory);
        this.late = late;
    }

    static Device device() {
        return new Device(new NullDevice(), Configuration.DEFAULT);
    }

    static Device device(NullDevice backend) {
        return new Device(backend, Configuration.DEFAULT);
    }

    @Override
    public DeviceProperties properties() {
        return new DeviceProperties(
                "null", "null", "no kernels", 1 << 28, 1, true, EnumSet.allOf(DType.class), Map.of());
    }

    @Override
    public DeviceBuffer allocate(long bytes) {
        return pool.allocate(bytes);
    }

    @Override
    public Optional<DeviceBuffer> wrap(MemorySegment segment) {
        return Optional.of(HostBuffer.wrap(segment));
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
        return Optional.ofNullable(lacks);
    }

    @Override
    public BackendStream defaultStream() {
        return queue;
    }

    @Override
    public BackendStream openStream() {
        return new Queue("stream " + ++streams + " ");
    }

    @Override
    public void close() {
        pool.close();
    }

    private final class Queue implements BackendStream {
        private final String name;

        Queue(String name) {
            this.name = name;
        }

        @Override
        public void execute(Op op) {
            log.add(name + op.name());
            kernel.accept(op);
        }

        @Override
        public OpTiming executeTimed(Op op) {
            if (late == null) {
                return BackendStream.super.executeTimed(op);
            }
            execute(op);
            return late.next();
        }

        @Override
        public BackendGraph compile(List<Op> ops) {
            log.add(name + "compile " + ops.size());
            return new BackendGraph() {
                @Override
                public void replay() {
                    log.add(name + "replay");
                }

                @Override
                public void close() {
                    log.add(name + "close graph");
                }
            };
        }

        @Override
        public StreamEvent record() {
            return StreamEvent.PASSED;
        }

        @Override
        public void waitFor(StreamEvent event) {
            log.add(name + "wait");
        }

        @Override
        public void synchronize() {
            log.add(name + "synchronize");
        }

        @Override
        public void close() {
            log.add(name + "close");
        }
    }
}
