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
 * @param scratchAt how far above the stack pointer {@link #scratch} is
 */
record Site(
        Assembler code, Isa isa, int firstFree, Gpr temporary, Gpr halves, int scratchAt, Map<String, Constant> pool) {
    /** Bytes of {@link #scratch}. */
    static final int SCRATCH_BYTES = 64;

    /** Vector registers that a format gets. */
    static int free(Isa isa) {
        return isa == Isa.AVX512 ? 10 : 8;
    }

    /** Lanes of 32 bits somewhere in the code. */
    record Constant(Label label, int[] lanes) {}

    Site(Assembler code, Isa isa, int firstFree, Gpr temporary, Gpr halves, int scratchAt) {
        this(code, isa, firstFree, temporary, halves, scratchAt, new LinkedHashMap<>());
    }

    /** The same, with scratch memory elsewhere. */
    Site withScratchAt(int displacement) {
        return new Site(code, isa, firstFree, temporary, halves, displacement, pool);
    }

    /** Memory that {@link WeightFormat#scales} fills for {@link WeightFormat#decode}, from byte {@code offset} on. */
    Mem scratch(int offset) {
        return Mem.at(Gpr.RSP, scratchAt + offset);
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
        code.vbroadcastss(to, half(from));
    }

    /** Where the F16 at {@code from} is as F32, until {@link #temporary} is used again. */
    Mem half(Mem from) {
        code.movzx16(temporary, from);
        return Mem.at(halves, temporary, 4, 0);
    }

    /** {@code values} times the F16 at {@code from}, to where they are; {@code factor} may be overwritten. */
    void multiplyByHalf(Vec values, Mem from, Vec factor) {
        if (isa == Isa.AVX512) {
            code.vmulpsByOne(values, values, half(from));
        } else {
            broadcastHalf(factor, from);
            code.vmulps(values, values, factor);
        }
    }
}
