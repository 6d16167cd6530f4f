package dev.tenon.cpu.x86;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of x86-64 instructions: prefixes, operands and labels (Intel 64 and IA-32 Architectures Software Developer's Manual,
 * volume 2, chapter 2). {@link Assembler} gives the instructions their names.
 */
class Encoder {
    /**
     * A vector instruction.
     *
     * @param prefix 0 none, 1 66, 2 F3, 3 F2
     * @param map 1 0F, 2 0F38, 3 0F3A
     * @param w the W bit
     * @param code the opcode
     * @param share the part of a vector that a memory operand holds: 1 all, 2 half, 4 a quarter; 0 for one element
     * @param element bytes of an element in memory
     */
    record Opcode(int prefix, int map, int w, int code, int share, int element) {
        static Opcode full(int prefix, int map, int code) {
            return new Opcode(prefix, map, 0, code, 1, 4);
        }

        static Opcode part(int prefix, int map, int code, int share) {
            return new Opcode(prefix, map, 0, code, share, 4);
        }

        static Opcode element(int prefix, int map, int code, int bytes) {
            return new Opcode(prefix, map, 0, code, 0, bytes);
        }

        Opcode wide() {
            return new Opcode(prefix, map, 1, code, share, element);
        }

        /** What a one-byte displacement counts in an EVEX instruction. */
        int unit(int vectorBytes, boolean broadcast) {
            return share == 0 || broadcast ? element : vectorBytes / share;
        }
    }

    private byte[] bytes = new byte[1024];
    private int size;

    final void put(int value) {
        if (size == bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * size);
        }
        bytes[size++] = (byte) value;
    }

    final void putInt(int value) {
        for (int i = 0; i < 32; i += 8) {
            put(value >>> i);
        }
    }

    final int position() {
        return size;
    }

    /** Fills with single-byte no-operations up to a multiple of {@code bytes}. */
    final void align(int unit) {
        while (size % unit != 0) {
            put(0x90);
        }
    }

    /** The label's place is here. */
    final void bind(Label label) {
        if (label.position >= 0) {
            throw new IllegalStateException("a label is bound once");
        }
        label.position = size;
        for (int use : label.uses) {
            patch(use, label);
        }
    }

    /** Four bytes that hold the distance to a label. */
    final void distanceTo(Label label) {
        int at = size;
        putInt(0);
        if (label.position >= 0) {
            patch(at, label);
        } else {
            label.uses.add(at);
        }
    }

    private void patch(int at, Label label) {
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, label.position - (at + 4));
    }

    /** The finished code. */
    final byte[] code() {
        return Arrays.copyOf(bytes, size);
    }

    /** REX prefix, opcode and register operands of an instruction on general-purpose registers. */
    final void scalar(boolean wide, int map, int code, int reg, Gpr rm) {
        rex(wide, reg, 0, rm.number());
        opcode(map, code);
        put(0xc0 | (reg & 7) << 3 | rm.number() & 7);
    }

    /** The same with a memory operand. */
    final void scalar(boolean wide, int map, int code, int reg, Mem rm) {
        rex(wide, reg, number(rm.index()), number(rm.base()));
        opcode(map, code);
        memory(reg, rm, 0);
    }

    private void opcode(int map, int code) {
        if (map == 1) {
            put(0x0f);
        }
        put(code);
    }

    private void rex(boolean wide, int reg, int index, int rm) {
        int rex = 0x40 | (wide ? 8 : 0) | (reg >> 3 & 1) << 2 | (index >> 3 & 1) << 1 | rm >> 3 & 1;
        if (rex != 0x40) {
            put(rex);
        }
    }

    private static int number(@Nullable Gpr register) {
        return register == null ? 0 : register.number();
    }

    /** A vector instruction on registers. {@code mask}: a k register, 0 for none. */
    final void vector(Opcode opcode, int length, int reg, int second, int rm, int mask) {
        if (length == 2 || mask != 0 || (reg | second | rm) >= 16) {
            evex(opcode, length, reg, second, rm >> 4 & 1, rm >> 3 & 1, mask, false);
        } else {
            vex(opcode, length, reg, second, 0, rm >> 3 & 1);
        }
        put(opcode.code());
        put(0xc0 | (reg & 7) << 3 | rm & 7);
    }

    /** An instruction that has no VEX encoding. */
    final void evexOnly(Opcode opcode, int length, int reg, int second, int rm) {
        evex(opcode, length, reg, second, rm >> 4 & 1, rm >> 3 & 1, 0, false);
        put(opcode.code());
        put(0xc0 | (reg & 7) << 3 | rm & 7);
    }

    /** A vector instruction with a memory operand, one element of which goes to all lanes if {@code broadcast}. */
    final void vector(Opcode opcode, int length, int reg, int second, Mem rm, int mask, boolean broadcast) {
        int index = number(rm.index()) >> 3 & 1;
        int base = number(rm.base()) >> 3 & 1;
        boolean evex = length == 2 || mask != 0 || broadcast || (reg | second) >= 16;
        if (evex) {
            evex(opcode, length, reg, second, index, base, mask, broadcast);
        } else {
            vex(opcode, length, reg, second, index, base);
        }
        put(opcode.code());
        memory(reg, rm, evex ? opcode.unit(16 << length, broadcast) : 0);
    }

    /** The three-byte VEX prefix; what it holds of register numbers is inverted. */
    private void vex(Opcode opcode, int length, int reg, int second, int x, int b) {
        put(0xc4);
        put((~reg >> 3 & 1) << 7 | (x ^ 1) << 6 | (b ^ 1) << 5 | opcode.map());
        put(opcode.w() << 7 | (~second & 15) << 3 | length << 2 | opcode.prefix());
    }

    private void evex(Opcode opcode, int length, int reg, int second, int x, int b, int mask, boolean broadcast) {
        put(0x62);
        put((~reg >> 3 & 1) << 7 | (x ^ 1) << 6 | (b ^ 1) << 5 | (~reg >> 4 & 1) << 4 | opcode.map());
        put(opcode.w() << 7 | (~second & 15) << 3 | 4 | opcode.prefix());
        put(length << 5 | (broadcast ? 16 : 0) | (~second >> 4 & 1) << 3 | mask);
    }

    /** ModRM, SIB and displacement. {@code unit}: what a one-byte displacement counts, 0 for bytes. */
    private void memory(int reg, Mem rm, int unit) {
        int field = (reg & 7) << 3;
        if (rm.label() != null) {
            put(field | 5);
            distanceTo(rm.label());
            return;
        }
        Gpr base = Objects.requireNonNull(rm.base());
        Gpr index = rm.index();
        int low = base.number() & 7;
        int step = Math.max(1, unit);
        boolean isShort =
                rm.displacement() % step == 0 && rm.displacement() / step == (byte) (rm.displacement() / step);
        boolean none = rm.displacement() == 0 && low != 5; // rbp and r13 always have a displacement
        int mode = none ? 0 : isShort ? 0x40 : 0x80;
        if (index != null || low == 4) { // rsp and r12 are named in a SIB byte only
            put(mode | field | 4);
            int scale = Integer.numberOfTrailingZeros(rm.scale());
            put(scale << 6 | (index == null ? 4 : index.number() & 7) << 3 | low);
        } else {
            put(mode | field | low);
        }
        if (mode == 0x40) {
            put(rm.displacement() / step);
        } else if (mode == 0x80) {
            putInt(rm.displacement());
        }
    }
}
