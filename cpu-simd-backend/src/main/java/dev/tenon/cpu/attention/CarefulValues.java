package dev.tenon.cpu.attention;

import static dev.tenon.cpu.OffHeap.ALL;
import static dev.tenon.cpu.OffHeap.ORDER;

import dev.tenon.cpu.OffHeap;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The sum of weighted values, for values with infinities or NaNs among them: those of keys without weight must not count. */
final class CarefulValues {
    private static final VectorSpecies<Float> S = Panels.SPECIES;

    private CarefulValues() {}

    static void add(int n, long value, long weight, long sum) {
        for (int r = 0; r < Panels.ROWS; r++) {
            for (int v = 0; v < Panels.PANEL_BYTES; v += Panels.VECTOR_BYTES) {
                long at = sum + (long) r * Panels.PANEL_BYTES + v;
                FloatVector c = FloatVector.fromMemorySegment(S, ALL, at, ORDER);
                for (int i = 0; i < n; i++) {
                    FloatVector w =
                            FloatVector.fromMemorySegment(S, ALL, weight + (long) i * Panels.PANEL_BYTES + v, ORDER);
                    FloatVector x =
                            FloatVector.broadcast(S, OffHeap.getFloat(value + ((long) i * Panels.ROWS + r) * 4));
                    c = c.blend(x.fma(w, c), w.compare(VectorOperators.NE, 0));
                }
                c.intoMemorySegment(ALL, at, ORDER);
            }
        }
    }
}
