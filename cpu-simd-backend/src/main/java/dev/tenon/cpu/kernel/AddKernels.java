package dev.tenon.cpu.kernel;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.math.Lanes.load;
import static dev.tenon.cpu.math.Lanes.store;

import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.math.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** A tile added to another. */
public final class AddKernels {
    private AddKernels() {}

    /**
     * Keeps what each addition's rounding loses (Knuth's two-sum) and adds it up apart, so that a long sum is as good as one
     * in F64.
     *
     * @param count whole vectors
     */
    public static void floats(long tile, long sums, long losses, int count) {
        long in = tile & ADDRESS_MASK;
        long to = sums & ADDRESS_MASK;
        long lost = losses & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector a = load(to + 4L * i);
            FloatVector b = load(in + 4L * i);
            FloatVector sum = a.add(b);
            FloatVector part = sum.sub(a);
            FloatVector loss = a.sub(sum.sub(part)).add(b.sub(part));
            store(to + 4L * i, sum);
            store(lost + 4L * i, load(lost + 4L * i).add(loss));
        }
    }

    /** Adds the losses to the sums; infinities have none. */
    public static void settle(long sums, long losses, int count) {
        long to = sums & ADDRESS_MASK;
        long lost = losses & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector sum = load(to + 4L * i);
            FloatVector whole = sum.add(load(lost + 4L * i));
            store(to + 4L * i, sum.blend(whole, whole.compare(VectorOperators.EQ, whole)));
        }
    }

    public static void doubles(long tile, long sums, int count) {
        for (int i = 0; i < count; i++) {
            long at = sums + 8L * i;
            OffHeap.setDouble(at, OffHeap.getDouble(at) + OffHeap.getDouble(tile + 8L * i));
        }
    }
}
