package dev.tenon.cpu.math;

import dev.tenon.cpu.OffHeap;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The species that all kernels use: the widest that the CPU computes with. */
public final class Lanes {
    public static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
    public static final VectorSpecies<Integer> I32 = IntVector.SPECIES_PREFERRED;

    /** F32 lanes in a vector. */
    public static final int COUNT = F32.length();

    /** Bytes of a vector. */
    public static final int BYTES = F32.vectorByteSize();

    private Lanes() {}

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
