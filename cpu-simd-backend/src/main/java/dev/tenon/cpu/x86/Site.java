package dev.tenon.cpu.x86;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/**
 * Where a {@link WeightFormat} writes its code: the assembler, the registers that are free, and a pool of constants.
 *
 * @param code the assembler
 * @param isa what may be used
 * @param firstFree the first vector register of {@link #free(Isa)} that the code may overwrite
 * @param temporary a general-purpose register that it may overwrite
 * @param halves a register that holds the address of {@link HalfTable}
 */
record Site(Assembler code, Isa isa, int firstFree, Gpr temporary, Gpr halves, Map<String, Constant> pool) {
    /** Vector registers that a format gets. */
    static int free(Isa isa) {
        return isa == Isa.AVX512 ? 10 : 8;
    }

    /** Lanes of 32 bits somewhere in the code. */
    record Constant(Label label, int[] lanes) {}

    Site(Assembler code, Isa isa, int firstFree, Gpr temporary, Gpr halves) {
        this(code, isa, firstFree, temporary, halves, new LinkedHashMap<>());
    }

    /** A free vector register, from 0 on. */
    Vec free(int i) {
        if (i >= free(isa)) {
            throw new IllegalArgumentException("only " + free(isa) + " registers are free");
        }
        return isa.vector(firstFree + i);
    }

    /** A vector in memory whose lane i holds {@code lane(i)}; the same for the same name. */
    Mem constant(String name, IntUnaryOperator lane) {
        Constant constant = pool.computeIfAbsent(name, key -> {
            int[] lanes = new int[isa.lanes()];
            for (int i = 0; i < lanes.length; i++) {
                lanes[i] = lane.applyAsInt(i);
            }
            return new Constant(new Label(), lanes);
        });
        return Mem.at(constant.label());
    }

    /** Writes the constants; nothing of the code may run into them. */
    void writeConstants() {
        for (Constant constant : pool.values()) {
            code.align(64);
            code.bind(constant.label());
            for (int lane : constant.lanes()) {
                code.putInt(lane);
            }
        }
    }

    /** The F16 at {@code from} as F32 in all lanes of {@code to}. */
    void broadcastHalf(Vec to, Mem from) {
        code.movzx16(temporary, from);
        code.vbroadcastss(to, Mem.at(halves, temporary, 4, 0));
    }
}
