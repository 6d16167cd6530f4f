package dev.tenon.cuda.ptx;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * {@code ld} and {@code st} of one to four elements.
 *
 * @param bytes of an element
 * @param isSigned whether a small element is loaded with its sign
 * @param address the first slot of the register with the address
 * @param values the first slots of the registers with the elements
 */
record MemoryAccess(Space space, int bytes, boolean isSigned, int address, long offset, int[] values) {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    void load(Warp warp, int mask) {
        long[] r = warp.registers;
        for (int rest = mask; rest != 0; rest &= rest - 1) {
            int lane = Integer.numberOfTrailingZeros(rest);
            long at = at(r[address + lane]);
            Region region = space.region(warp, lane, at, bytes * values.length);
            MemorySegment content = region.content();
            long from = at - region.start();
            for (int value : values) {
                r[value + lane] = get(content, from);
                from += bytes;
            }
        }
    }

    /** Of parameters at an address that the text gives: the same for all lanes. */
    void loadOnce(Warp warp, int mask) {
        int first = Integer.numberOfTrailingZeros(mask);
        load(warp, 1 << first);
        for (int value : values) {
            long loaded = warp.registers[value + first];
            for (int rest = mask; rest != 0; rest &= rest - 1) {
                warp.registers[value + Integer.numberOfTrailingZeros(rest)] = loaded;
            }
        }
    }

    void store(Warp warp, int mask) {
        long[] r = warp.registers;
        for (int rest = mask; rest != 0; rest &= rest - 1) {
            int lane = Integer.numberOfTrailingZeros(rest);
            long at = at(r[address + lane]);
            Region region = space.region(warp, lane, at, bytes * values.length);
            MemorySegment content = region.content();
            long to = at - region.start();
            for (int value : values) {
                set(content, to, r[value + lane]);
                to += bytes;
            }
        }
    }

    /** Registers of 32 bits hold addresses of shared memory, and their slots more than that. */
    private long at(long slot) {
        return space == Space.SHARED ? slot + offset & 0xFFFFFFFFL : slot + offset;
    }

    private long get(MemorySegment content, long at) {
        return switch (bytes) {
            case 1 -> {
                byte value = content.get(ValueLayout.JAVA_BYTE, at);
                yield isSigned ? value : value & 0xFF;
            }
            case 2 -> {
                short value = content.get(SHORT, at);
                yield isSigned ? value : value & 0xFFFF;
            }
            case 4 -> {
                int value = content.get(INT, at);
                yield isSigned ? value : value & 0xFFFFFFFFL;
            }
            default -> content.get(LONG, at);
        };
    }

    private void set(MemorySegment content, long at, long value) {
        switch (bytes) {
            case 1 -> content.set(ValueLayout.JAVA_BYTE, at, (byte) value);
            case 2 -> content.set(SHORT, at, (short) value);
            case 4 -> content.set(INT, at, (int) value);
            default -> content.set(LONG, at, value);
        }
    }

    /** {@code atom}: each lane in turn gets what is there, and puts there what {@code change} makes of it and of the operand. */
    void atomic(Warp warp, int mask, int result, int operand, int compared, Lanes.Lane change) {
        long[] r = warp.registers;
        for (int rest = mask; rest != 0; rest &= rest - 1) {
            int lane = Integer.numberOfTrailingZeros(rest);
            long at = at(r[address + lane]);
            Region region = space.region(warp, lane, at, bytes);
            long before = get(region.content(), at - region.start());
            set(region.content(), at - region.start(), change.of(before, r[operand + lane], r[compared + lane]));
            if (result >= 0) {
                r[result + lane] = before;
            }
        }
    }
}
