package dev.tenon.npy;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Layout;
import dev.tenon.memory.HostBuffer;
import dev.tenon.memory.HostPool;
import dev.tenon.op.Copy;
import dev.tenon.op.Op;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.BackendGraph;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.DeviceProperties;
import dev.tenon.spi.MemoryUse;
import dev.tenon.spi.StreamEvent;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Host memory and an element-by-element copy: all that reading and writing files needs of a device. */
public final class CopyingDevice implements BackendDevice {
    private final HostPool pool = new HostPool("copying", 1L << 30);
    private final BackendStream stream = new CopyingStream();

    public static Device open() {
        return new Device(new CopyingDevice(), Configuration.DEFAULT);
    }

    @Override
    public DeviceProperties properties() {
        return new DeviceProperties(
                "copying", "test", "host memory", 1L << 30, 1, true, EnumSet.allOf(DType.class), Map.of());
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
        return op instanceof Copy ? Optional.empty() : Optional.of("it only copies");
    }

    @Override
    public BackendStream defaultStream() {
        return stream;
    }

    @Override
    public BackendStream openStream() {
        return stream;
    }

    @Override
    public void close() {
        pool.close();
    }

    private static final class CopyingStream implements BackendStream {
        @Override
        public void execute(Op op) {
            Copy copy = (Copy) op;
            Layout in = copy.in().layout().broadcastTo(copy.out().shape());
            copy(copy, in, copy.out().layout());
        }

        private static void copy(Copy copy, Layout in, Layout out) {
            if (in.shape().rank() == 0) {
                int width = copy.in().dtype().blockBytes();
                MemorySegment from = copy.in().segment().asSlice(in.offset() * width, width);
                copy.out().segment().asSlice(out.offset() * width, width).copyFrom(from);
                return;
            }
            for (long i = 0; i < in.shape().size(0); i++) {
                copy(copy, in.select(0, i), out.select(0, i));
            }
        }

        @Override
        public BackendGraph compile(List<Op> ops) {
            throw new UnsupportedOperationException();
        }

        @Override
        public StreamEvent record() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void waitFor(StreamEvent event) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void synchronize() {}

        @Override
        public void close() {}
    }
}
