package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.cuda.ptx.TensorBox;
import dev.tenon.kernels.cuda.TensorMap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What cuTensorMapEncodeTiled asks of its arguments, and what a {@link RecordingDriver} writes for a map. */
final class RecordedTensorMap {
    static final int BYTES = 128;
    static final int ALIGNMENT = 64;

    private static final long MARK = 0x7E4503A9C0DEL;
    private static final int MOST_AXES = 5;
    private static final int LARGEST_BOX = 256;
    private static final int SWIZZLED = 128;
    private static final int SIZES = 32;
    private static final int STRIDES = 72;
    private static final int BOX = 104;
    private static final int ELEMENT = 120;

    private RecordedTensorMap() {}

    /** Checks what the driver checks, in the swizzle of 128 bytes. */
    static void check(long to, TensorMap map, long pointer) {
        int rank = map.sizes().size();
        assertEquals(0, to % ALIGNMENT, "a tensor map that does not start on a multiple of 64");
        assertEquals(0, pointer % 16, "a tensor map of memory that does not start on a multiple of 16");
        assertTrue(rank >= 1 && rank <= MOST_AXES, "a tensor map of " + rank + " axes");
        assertEquals(rank - 1, map.strideBytes().size(), "strides of a tensor map");
        assertEquals(rank, map.box().size(), "sizes of a tensor map's box");
        for (int axis = 0; axis < rank; axis++) {
            long size = map.sizes().get(axis);
            int box = map.box().get(axis);
            assertTrue(size >= 1 && size <= 1L << 32, "a tensor map of " + size + " elements along axis " + axis);
            assertTrue(box >= 1 && box <= LARGEST_BOX, "a box of " + box + " elements along axis " + axis);
        }
        for (long stride : map.strideBytes()) {
            assertTrue(stride % 16 == 0, "a tensor map's stride of " + stride + " bytes, no multiple of 16");
            assertTrue(stride > 0 && stride < 1L << 40, "a tensor map's stride of " + stride + " bytes");
        }
        int line = map.box().getFirst() * map.element().bytes();
        assertTrue(line % 16 == 0 && line <= SWIZZLED, "a box with lines of " + line + " bytes");
    }

    /** The bytes from the first element to the end of the last. */
    static long extent(TensorMap map) {
        long extent = map.sizes().getFirst() * map.element().bytes();
        for (int axis = 1; axis < map.sizes().size(); axis++) {
            extent += (map.sizes().get(axis) - 1) * map.strideBytes().get(axis - 1);
        }
        return extent;
    }

    static void write(MemorySegment to, TensorMap map, long pointer) {
        to.set(ValueLayout.JAVA_LONG, 0, MARK);
        to.set(ValueLayout.JAVA_LONG, 8, pointer);
        to.set(ValueLayout.JAVA_LONG, 16, extent(map));
        int rank = map.sizes().size();
        to.set(ValueLayout.JAVA_LONG, 24, rank);
        to.set(ValueLayout.JAVA_LONG, ELEMENT, map.element().bytes());
        for (int axis = 0; axis < rank; axis++) {
            to.set(ValueLayout.JAVA_LONG, SIZES + 8L * axis, map.sizes().get(axis));
            to.set(ValueLayout.JAVA_SHORT, BOX + 2L * axis, map.box().get(axis).shortValue());
        }
        for (int axis = 0; axis < rank - 1; axis++) {
            to.set(ValueLayout.JAVA_LONG, STRIDES + 8L * axis, map.strideBytes().get(axis));
        }
    }

    /** What a map that {@link #write} wrote says. */
    static TensorBox read(byte[] map) {
        ByteBuffer fields = ByteBuffer.wrap(map).order(ByteOrder.LITTLE_ENDIAN);
        int rank = (int) field(map, 3);
        long[] sizes = new long[rank];
        long[] strides = new long[rank - 1];
        int[] box = new int[rank];
        for (int axis = 0; axis < rank; axis++) {
            sizes[axis] = fields.getLong(SIZES + 8 * axis);
            box[axis] = fields.getShort(BOX + 2 * axis);
        }
        for (int axis = 0; axis < rank - 1; axis++) {
            strides[axis] = fields.getLong(STRIDES + 8 * axis);
        }
        return new TensorBox((int) fields.getLong(ELEMENT), pointer(map), sizes, strides, box);
    }

    /** Where a map that {@link #write} wrote points. */
    static long pointer(byte[] map) {
        return field(map, 1);
    }

    /** How many bytes it covers. */
    static long bytes(byte[] map) {
        return field(map, 2);
    }

    private static long field(byte[] map, int index) {
        ByteBuffer fields = ByteBuffer.wrap(map).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(MARK, fields.getLong(0), "a parameter that should be a tensor map");
        return fields.getLong(8 * index);
    }
}
