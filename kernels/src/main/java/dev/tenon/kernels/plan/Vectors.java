package dev.tenon.kernels.plan;

import dev.tenon.DType;
import dev.tenon.Tensor;

/**
 * How many neighbours a work item takes at a time: what VECTOR is in vector.h. Memory of the backends that run portable kernels begins on
 * multiples of the widest access, so that an operand's place in it says all.
 */
final class Vectors {
    private static final int MOST_ELEMENTS = 8;
    /** The narrowest access that vector.h has, and the widest. */
    private static final int LEAST_BYTES = 4;

    static final int MOST_BYTES = 16;

    private Vectors() {}

    /** For operands of these types; 1 where the device moves one at a time. */
    static int width(Work work, DType... types) {
        int smallest = Long.BYTES;
        for (DType type : types) {
            smallest = Math.min(smallest, type.blockBytes());
        }
        int width = Math.min(work.setting(Setting.VECTOR_BYTES) / smallest, MOST_ELEMENTS);
        return width * smallest < LEAST_BYTES ? 1 : Math.max(1, width);
    }

    /** Of how many elements an operand's place must be a multiple. */
    static long alignment(DType type, int width) {
        return Math.min(Math.max(1, MOST_BYTES / type.blockBytes()), width);
    }

    /** Whether a loop's operands can be taken so many at a time. */
    static boolean fit(Loop loop, int width, int standing, Tensor... tensors) {
        long[] alignments = new long[tensors.length];
        for (int i = 0; i < tensors.length; i++) {
            alignments[i] = alignment(tensors[i].dtype(), width);
        }
        return loop.isWide(width, alignments, standing);
    }

    /** The macro, with a space before it; empty for one at a time. */
    static String define(int width) {
        return width == 1 ? "" : " VECTOR=" + width;
    }
}
