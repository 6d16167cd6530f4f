package dev.tenon.cpu.x86;

import org.jspecify.annotations.Nullable;

/**
 * A memory operand: {@code base + index * scale + displacement}, or a {@link Label} of the code.
 *
 * @param scale 1, 2, 4 or 8
 */
record Mem(
        @Nullable Gpr base,
        @Nullable Gpr index,
        int scale,
        int displacement,
        @Nullable Label label) {
    static Mem at(Gpr base, int displacement) {
        return new Mem(base, null, 1, displacement, null);
    }

    static Mem at(Gpr base, Gpr index, int scale, int displacement) {
        return new Mem(base, index, scale, displacement, null);
    }

    /** Relative to the next instruction, which may have no immediate operand. */
    static Mem at(Label label) {
        return new Mem(null, null, 1, 0, label);
    }

    Mem plus(int bytes) {
        return new Mem(base, index, scale, displacement + bytes, label);
    }
}
