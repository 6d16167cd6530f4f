package dev.tenon.cpu.math;

import dev.tenon.cpu.OffHeap;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The species that all kernels use: the widest that the CPU computes with. */
public final class Lanes {
    public static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
    public static final VectorSpecies<Integer> I32 = IntVector.SPECIES_PREFERRED;

    /** F32 lanes in a vector. */
    public static final int COUNT = F32.length();

    /** Bytes of a vector. */
    public static final int BYTES = F32.vectorByteSize();

    private static final VectorShuffle<Float> BY_8 = rotation(8);
    private static final VectorShuffle<Float> BY_4 = rotation(4);
    private static final VectorShuffle<Float> BY_2 = rotation(2);
    private static final VectorShuffle<Float> BY_1 = rotation(1);

    private Lanes() {}

    private static VectorShuffle<Float> rotation(int lanes) {
        return VectorShuffle.fromOp(F32, i -> (i + lanes) % COUNT);
    }

    /**
     * The sum of all lanes, halves added to halves. {@link FloatVector#reduceLanes} leaves the order open, and interpreted
     * and compiled code do differ in it.
     */
    public static float sum(FloatVector v) {
        FloatVector s = v;
        if (COUNT >= 16) {
            s = s.add(s.rearrange(BY_8));
        }
        if (COUNT >= 8) {
            s = s.add(s.rearrange(BY_4));
        }
        if (COUNT >= 4) {
            s = s.add(s.rearrange(BY_2));
        }
        return s.add(s.rearrange(BY_1)).lane(0);
    }

    public static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(F32, OffHeap.ALL, address, OffHeap.ORDER);
    }

    public static void store(long address, FloatVector value) {
        value.intoMemorySegment(OffHeap.ALL, address, OffHeap.ORDER);
    }

    public static FloatVector splat(float value) {
        return FloatVector.broadcast(F32, value);
    }

    /** The first {@code count} lanes. */
    public static VectorMask<Float> first(int count) {
        return F32.indexInRange(0, count);
    }

    /** The lanes of {@code mask}; the others are 0 and their memory is not read. */
    public static FloatVector load(long address, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(F32, OffHeap.ALL, address, OffHeap.ORDER, mask);
    }

    /** The lanes of {@code mask}; the memory of the others stays. */
    public static void store(long address, FloatVector value, VectorMask<Float> mask) {
        value.intoMemorySegment(OffHeap.ALL, address, OffHeap.ORDER, mask);
    }

    /** {@code count} rounded up to whole vectors. */
    public static int roundUp(int count) {
        return (count + COUNT - 1) / COUNT * COUNT;
    }
}
