package dev.tenon.cuda;

import dev.tenon.error.InvalidArgumentException;
import dev.tenon.kernels.plan.Launch;
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
    private final MemorySegment values = arena.allocate(MOST_BYTES + 8, 16);

    /** Writes a launch's arguments. One thread at a time, which also makes the launch. */
    MemorySegment of(Launch launch) {
        List<Launch.Argument> arguments = launch.arguments();
        if (arguments.size() > MOST_PARAMETERS) {
            throw tooMuch(launch);
        }
        long at = 0;
        for (int i = 0; i < arguments.size(); i++) {
            if (at > MOST_BYTES) {
                throw tooMuch(launch);
            }
            addresses.setAtIndex(ValueLayout.JAVA_LONG, i, values.address() + at);
            switch (arguments.get(i)) {
                case Launch.Memory memory -> {
                    values.set(ValueLayout.JAVA_LONG, at, ((CudaBuffer) memory.buffer()).pointer());
                    at += Long.BYTES;
                }
                case Launch.Value value -> {
                    values.set(ValueLayout.JAVA_LONG, at, value.bits());
                    at += Long.BYTES;
                }
                case Launch.Fields fields -> {
                    long[] numbers = fields.values();
                    if (at + 8L * numbers.length > MOST_BYTES) {
                        throw tooMuch(launch);
                    }
                    MemorySegment.copy(numbers, 0, values, ValueLayout.JAVA_LONG, at, numbers.length);
                    at += 8L * numbers.length;
                }
            }
        }
        return addresses;
    }

    private static InvalidArgumentException tooMuch(Launch launch) {
        return new InvalidArgumentException("kernel " + launch.key().kernel() + " has more than " + MOST_BYTES
                + " bytes of arguments, which is what CUDA allows");
    }

    @Override
    public void close() {
        arena.close();
    }
}
