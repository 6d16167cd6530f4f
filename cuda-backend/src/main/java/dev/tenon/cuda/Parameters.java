package dev.tenon.cuda;

import dev.tenon.cuda.op.Step;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.kernels.cuda.CudaArgument;
import dev.tenon.kernels.cuda.TensorMap;
import dev.tenon.kernels.plan.Launch;
import dev.tenon.spi.DeviceBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * The values of a launch's parameters in memory that is made once and used for one launch after the other: the driver has read
 * them when the call returns. First an address for each parameter, then the values.
 */
final class Parameters implements AutoCloseable {
    /** What CUDA allows a kernel on every device. */
    private static final long MOST_BYTES = 4096;

    private static final int MOST_PARAMETERS = 512;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment addresses = arena.allocate(MOST_PARAMETERS * 8L, 16);
    private final MemorySegment values = arena.allocate(MOST_BYTES, TensorMapCache.ALIGNMENT);
    private final TensorMapCache maps = new TensorMapCache(arena);
    private int count;
    private long at;

    /** Writes a launch's arguments. One thread at a time, which also makes the launch. */
    MemorySegment of(Launch launch) {
        String kernel = launch.key().kernel();
        begin();
        List<Launch.Argument> arguments = launch.arguments();
        for (int i = 0; i < arguments.size(); i++) {
            switch (arguments.get(i)) {
                case Launch.Memory memory -> put(kernel, pointer(memory.buffer()));
                case Launch.Value value -> put(kernel, value.bits());
                case Launch.Fields fields -> put(kernel, fields.values());
            }
        }
        return addresses;
    }

    /**
     * Writes the arguments of a launch on tensor cores; tensor maps with where their memory is now. One thread at a time, which also
     * makes the launch.
     */
    MemorySegment of(Step.TensorCore step, Driver driver) {
        String kernel = step.launch().kernel().name();
        begin();
        List<CudaArgument> arguments = step.launch().arguments();
        for (int i = 0; i < arguments.size(); i++) {
            switch (arguments.get(i)) {
                case CudaArgument.Memory memory -> put(kernel, pointer(memory.buffer()));
                case CudaArgument.Scratch scratch ->
                    put(kernel, pointer(step.scratch().get(scratch.index())));
                case CudaArgument.Value value -> put(kernel, value.bits());
                case CudaArgument.Fields fields -> put(kernel, fields.values());
                case CudaArgument.Map map -> put(kernel, driver, map.map(), map.buffer());
                case CudaArgument.ScratchMap of ->
                    put(kernel, driver, of.map(), step.scratch().get(of.index()));
            }
        }
        return addresses;
    }

    private void put(String kernel, Driver driver, TensorMap map, DeviceBuffer of) {
        parameter(kernel, TensorMapCache.BYTES, TensorMapCache.ALIGNMENT);
        maps.write(driver, map, pointer(of) + map.offsetBytes(), values, at - TensorMapCache.BYTES);
    }

    private static long pointer(DeviceBuffer buffer) {
        return ((CudaBuffer) buffer).pointer();
    }

    private void begin() {
        count = 0;
        at = 0;
    }

    /** Makes room for the next parameter's value, of so many bytes: it ends at {@link #at}. */
    private void parameter(String kernel, long bytes, int alignment) {
        long start = (at + alignment - 1) / alignment * alignment;
        if (count == MOST_PARAMETERS || start + bytes > MOST_BYTES) {
            throw new InvalidArgumentException("kernel " + kernel + " has more than " + MOST_BYTES
                    + " bytes of arguments, which is what CUDA allows");
        }
        addresses.setAtIndex(ValueLayout.JAVA_LONG, count, values.address() + start);
        count++;
        at = start + bytes;
    }

    /** Also of a value of 4 bytes: these come first. */
    private void put(String kernel, long value) {
        parameter(kernel, Long.BYTES, Long.BYTES);
        values.set(ValueLayout.JAVA_LONG, at - Long.BYTES, value);
    }

    private void put(String kernel, long[] numbers) {
        long bytes = (long) Long.BYTES * numbers.length;
        parameter(kernel, bytes, Long.BYTES);
        MemorySegment.copy(numbers, 0, values, ValueLayout.JAVA_LONG, at - bytes, numbers.length);
    }

    @Override
    public void close() {
        arena.close();
    }
}
