package dev.tenon.kernels.plan;

/**
 * A loop over bits that are moved as they are, in as wide units as the device moves and the operands' places allow.
 *
 * @param loop in these units
 * @param factor how many elements a unit has
 * @param vector how many units an item has
 * @param defines the macros of move.c
 */
record Units(Loop loop, long factor, int vector, String defines) {
    /**
     * @param bytes of an element
     * @param moved a bit for each operand that is moved; the others must stand still along the last axis for wider units
     * @param operands how many there are
     */
    static Units of(Work work, Loop loop, int bytes, int moved, int operands) {
        int wanted = work.setting(Setting.VECTOR_BYTES);
        if (wanted <= bytes) {
            return narrow(work, loop, bytes);
        }
        boolean fits = true;
        long[] alignments = new long[operands];
        for (int i = 0; i < operands; i++) {
            alignments[i] = wanted / bytes;
            fits &= (moved >> i & 1) != 0 || loop.stands(i);
        }
        if (!fits || !loop.isWide(wanted / bytes, alignments, ~moved)) {
            return narrow(work, loop, bytes);
        }
        int unit = Math.min(Long.BYTES, wanted);
        int vector = wanted / unit;
        Loop wide = loop.inUnits(unit / bytes, moved);
        return new Units(
                wide,
                unit / bytes,
                vector,
                "UNIT=" + PortableCopy.unit(unit) + " " + loop.generalDefines() + Vectors.define(vector));
    }

    /** One element at a time. */
    static Units narrow(Work work, Loop loop, int bytes) {
        // Where a device moves more at a time, what lies one after another is moved so, but for a few.
        boolean wide = work.setting(Setting.VECTOR_BYTES) > bytes;
        String form = wide ? loop.generalDefines() : loop.defines();
        return new Units(loop, 1, 1, "UNIT=" + PortableCopy.unit(bytes) + " " + form);
    }

    /** The bits of an element of so many bytes, again and again. */
    static long repeated(long bits, int bytes) {
        long repeated = bits;
        for (int filled = bytes * Byte.SIZE; filled < Long.SIZE; filled *= 2) {
            repeated = repeated & (1L << filled) - 1 | repeated << filled;
        }
        return repeated;
    }

    /** How many items there are. */
    long items() {
        return loop.count() / vector;
    }
}
