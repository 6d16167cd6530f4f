package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** The values of a launch's parameters, and what those that point to memory must point to. */
final class LaunchValues {
    private LaunchValues() {}

    /** Copies them, as a launch does. */
    static List<byte[]> read(PtxText.Kernel kernel, MemorySegment parameters) {
        List<byte[]> values = new ArrayList<>();
        for (int i = 0; i < kernel.parameters().size(); i++) {
            long address = parameters.getAtIndex(ValueLayout.JAVA_LONG, i);
            int bytes = kernel.parameters().get(i).bytes();
            int alignment = kernel.parameters().get(i).alignment();
            assertTrue(address != 0 && address % alignment == 0, kernel.name() + ": parameter " + i);
            values.add(RecordedMemory.hostBytes(address, bytes).toArray(ValueLayout.JAVA_BYTE));
        }
        return values;
    }

    /** When a kernel is launched, there is memory that nobody has given back. */
    static void check(SimulatedDevice device, PtxText.Kernel kernel, List<byte[]> values) {
        for (int i = 0; i < values.size(); i++) {
            PtxText.Parameter parameter = kernel.parameters().get(i);
            String name = kernel.name() + ", parameter " + i;
            if (parameter.isPointer()) {
                RecordedMemory.inRange(device, pointer(values.get(i)), 1, name);
            } else if (isMap(parameter)) {
                byte[] map = values.get(i);
                RecordedMemory.inRange(device, RecordedTensorMap.pointer(map), RecordedTensorMap.bytes(map), name);
            }
        }
    }

    /** When a kernel runs, what it is pointed to must be there. */
    static void follow(SimulatedDevice device, PtxText.Kernel kernel, List<byte[]> values) {
        for (int i = 0; i < values.size(); i++) {
            PtxText.Parameter parameter = kernel.parameters().get(i);
            String name = kernel.name() + ", parameter " + i;
            if (parameter.isPointer()) {
                RecordedMemory.bytes(device, pointer(values.get(i)), 1, name);
            } else if (isMap(parameter)) {
                RecordedMemory.bytes(device, RecordedTensorMap.pointer(values.get(i)), 1, name);
            }
        }
    }

    private static boolean isMap(PtxText.Parameter parameter) {
        return parameter.bytes() == RecordedTensorMap.BYTES && parameter.alignment() == RecordedTensorMap.ALIGNMENT;
    }

    static long pointer(byte[] value) {
        return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }
}
