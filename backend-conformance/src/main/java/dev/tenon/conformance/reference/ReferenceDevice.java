package dev.tenon.conformance.reference;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.memory.HostBuffer;
import dev.tenon.memory.HostPool;
import dev.tenon.op.Op;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.BackendGraph;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.DeviceProperties;
import dev.tenon.spi.MemoryUse;
import dev.tenon.spi.StreamEvent;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A host device that runs every operator by way of the {@link Reference}: in double precision, rounded once when stored.
 * Very slow; an independent oracle for tests of models. It is no service: make it with {@code new Device(new
 * ReferenceDevice(limit), configuration)}.
 */
public class ReferenceDevice implements BackendDevice {
    /** The name of the device and of its backend. */
    public static final String NAME = "reference";

    private final HostPool pool;
    private final long limit;
    private final BackendStream stream = new ReferenceStream();

    /** @param memoryLimit bytes that its pool may hold */
    public ReferenceDevice(long memoryLimit) {
        this.limit = memoryLimit;
        this.pool = new HostPool(NAME, memoryLimit);
    }

    /** Runs one operator; tests override it to make devices with defects. */
    protected void run(Op op) {
        List<Expected> expected = Reference.of(op);
        List<Tensor> outputs = op.outputs();
        for (int i = 0; i < outputs.size(); i++) {
            store(expected.get(i), outputs.get(i));
        }
    }

    /** Writes what an output must hold, each number rounded to the output's type. */
    protected void store(Expected expected, Tensor out) {
        MemorySegment memory = out.segment();
        DType dtype = out.dtype();
        switch (expected) {
            case Expected.Quantized(byte[] blocks) -> storeBlocks(blocks, out);
            case Expected.Bits(long[] bits) -> {
                long[] places = Offsets.of(out.layout());
                for (int i = 0; i < places.length; i++) {
                    NumberFormat.write(dtype, memory, places[i] * dtype.blockBytes(), bits[i]);
                }
            }
            case Expected.Reals(double[] values, double[] scale) -> {
                if (dtype.isQuantized()) {
                    storeBlocks(BlockQuantizer.quantize(dtype, values), out);
                    return;
                }
                long[] places = Offsets.of(out.layout());
                for (int i = 0; i < places.length; i++) {
                    long bits = NumberFormat.bitsOfReal(dtype, values[i]);
                    NumberFormat.write(dtype, memory, places[i] * dtype.blockBytes(), bits);
                }
            }
        }
    }

    private static void storeBlocks(byte[] blocks, Tensor out) {
        int size = out.dtype().blockSize();
        int bytes = out.dtype().blockBytes();
        for (int i = 0; i < blocks.length / bytes; i++) {
            long place = Offsets.at(out.layout(), (long) i * size) / size;
            MemorySegment.copy(blocks, i * bytes, out.segment(), ValueLayout.JAVA_BYTE, place * bytes, bytes);
        }
    }

    @Override
    public DeviceProperties properties() {
        return new DeviceProperties(
                NAME, NAME, "scalar double precision", limit, 1, true, EnumSet.allOf(DType.class), Map.of());
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
        return Optional.empty();
    }

    @Override
    public BackendStream defaultStream() {
        return stream;
    }

    @Override
    public BackendStream openStream() {
        return new ReferenceStream();
    }

    @Override
    public void close() {
        pool.close();
    }

    /** Work is done when a call returns. */
    private final class ReferenceStream implements BackendStream {
        @Override
        public void execute(Op op) {
            run(op);
        }

        @Override
        public BackendGraph compile(List<Op> ops) {
            return new BackendGraph() {
                @Override
                public void replay() {
                    ops.forEach(ReferenceDevice.this::run);
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public StreamEvent record() {
            return StreamEvent.PASSED;
        }

        @Override
        public void waitFor(StreamEvent event) {}

        @Override
        public void synchronize() {}

        @Override
        public void close() {}
    }
}
