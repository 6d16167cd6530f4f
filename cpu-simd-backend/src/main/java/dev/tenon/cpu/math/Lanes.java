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

    private Lanes() {}

    /**
     * The sum of all lanes, halves added to halves, of a vector of any species. {@link FloatVector#reduceLanes} leaves the
     * order open, and interpreted and compiled code do differ in it.
     *
     * <p>It comes after a loop, where the call looks cold to C2, which then inlines 35 bytes of code and no more; a sum that is
     * not inlined has its argument boxed, in every round of the loop. Hence the many small methods.
     */
    public static float sum(FloatVector v) {
        return v.length() == 16 ? sumOf16(v) : sumOfFewer(v);
    }

    private static float sumOf16(FloatVector v) {
        FloatVector s = fold(v, Rotation.OF_16_BY_8);
        s = fold(s, Rotation.OF_16_BY_4);
        return pair(fold(s, Rotation.OF_16_BY_2));
    }

    private static float sumOfFewer(FloatVector v) {
        return v.length() == 8 ? sumOf8(v) : sumOfFewest(v);
    }

    private static float sumOf8(FloatVector v) {
        return pair(fold(fold(v, Rotation.OF_8_BY_4), Rotation.OF_8_BY_2));
    }

    private static float sumOfFewest(FloatVector v) {
        return v.length() == 4 ? pair(fold(v, Rotation.OF_4_BY_2)) : sumInOrder(v);
    }

    private static FloatVector fold(FloatVector v, VectorShuffle<Float> rotation) {
        return v.add(v.rearrange(rotation));
    }

    private static float pair(FloatVector v) {
        return v.lane(0) + v.lane(1);
    }

    private static float sumInOrder(FloatVector v) {
        float sum = 0;
        for (int i = 0; i < v.length(); i++) {
            sum += v.lane(i);
        }
        return sum;
    }

    /** Lanes turned round. */
    private static final class Rotation {
        static final VectorShuffle<Float> OF_16_BY_8 = by(FloatVector.SPECIES_512, 8);
        static final VectorShuffle<Float> OF_16_BY_4 = by(FloatVector.SPECIES_512, 4);
        static final VectorShuffle<Float> OF_16_BY_2 = by(FloatVector.SPECIES_512, 2);
        static final VectorShuffle<Float> OF_8_BY_4 = by(FloatVector.SPECIES_256, 4);
        static final VectorShuffle<Float> OF_8_BY_2 = by(FloatVector.SPECIES_256, 2);
        static final VectorShuffle<Float> OF_4_BY_2 = by(FloatVector.SPECIES_128, 2);

        private static VectorShuffle<Float> by(VectorSpecies<Float> species, int lanes) {
            return VectorShuffle.fromOp(species, i -> (i + lanes) % species.length());
        }
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
