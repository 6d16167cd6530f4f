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

    private static final VectorShuffle<Float> BY_8 = turned(8);
    private static final VectorShuffle<Float> BY_4 = turned(4);
    private static final VectorShuffle<Float> BY_2 = turned(2);
    private static final VectorShuffle<Float> BY_1 = turned(1);

    private Lanes() {}

    private static VectorShuffle<Float> turned(int lanes) {
        return VectorShuffle.fromOp(F32, i -> (i + lanes) % COUNT);
    }

    /**
     * The sum of all lanes, halves first. {@code reduceLanes} leaves the order open, and takes another one once the
     * just-in-time compiler has seen the loop: the same operator would give other bits after it has run for a while.
     */
    public static float sum(FloatVector value) {
        FloatVector sum = value;
        if (COUNT > 16) {
            float[] lanes = value.toArray();
            float total = 0;
            for (float lane : lanes) {
                total += lane;
            }
            return total;
        }
        if (COUNT > 8) {
            sum = sum.add(sum.rearrange(BY_8));
        }
        if (COUNT > 4) {
            sum = sum.add(sum.rearrange(BY_4));
        }
        if (COUNT > 2) {
            sum = sum.add(sum.rearrange(BY_2));
        }
        if (COUNT > 1) {
            sum = sum.add(sum.rearrange(BY_1));
        }
        return sum.lane(0);
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
