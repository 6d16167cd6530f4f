package dev.tenon.cpu.plan;

import dev.tenon.DType;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.math.HalfPrecision;
import dev.tenon.cpu.math.Lanes;
import dev.tenon.cpu.x86.MachineCode;

/** Moves runs of elements between tensors of any type and step and contiguous tiles of a {@link Domain}. */
public final class Stage {
    private Stage() {}

    /**
     * @param step bytes from one element to the next; 0 repeats
     * @param tile where {@code n} elements of the domain go
     */
    public static void load(Domain domain, DType type, long from, long step, long tile, int n) {
        switch (domain) {
            case F32 -> loadFloats(type, from, step, tile, n);
            case F64 -> loadDoubles(type, from, step, tile, n);
            case I64 -> loadLongs(type, from, step, tile, n);
        }
    }

    public static void store(Domain domain, DType type, long tile, long to, long step, int n) {
        switch (domain) {
            case F32 -> storeFloats(type, tile, to, step, n);
            case F64 -> storeDoubles(type, tile, to, step, n);
            case I64 -> storeLongs(type, tile, to, step, n);
        }
    }

    private static void loadFloats(DType type, long address, long step, long tile, int n) {
        long from = address & OffHeap.ADDRESS_MASK;
        long to = tile & OffHeap.ADDRESS_MASK;
        if (step == 0 && n > 1) {
            loadFloats(type, from, type.blockBytes(), to, 1);
            fill(to, OffHeap.getFloat(to), n);
            return;
        }
        if (step == type.blockBytes()) {
            contiguousFloats(type, from, to, n);
            return;
        }
        for (int i = 0; i < n; i++) {
            OffHeap.setFloat(to + 4L * i, floatAt(type, from + i * step));
        }
    }

    // Each loop in a method of its own: inlined after others, it may find C2's nodes used up, and its vectors become
    // objects.

    private static void widenF16(long from, long to, int first, int end) {
        for (int i = first; i < end; i += Lanes.COUNT) {
            Lanes.store(to + 4L * i, HalfPrecision.loadF16(from + 2L * i));
        }
    }

    private static void widenBf16(long from, long to, int first, int end) {
        for (int i = first; i < end; i += Lanes.COUNT) {
            Lanes.store(to + 4L * i, HalfPrecision.loadBf16(from + 2L * i));
        }
    }

    private static void narrowToF16(long from, long to, int first, int end) {
        for (int i = first; i < end; i += Lanes.COUNT) {
            HalfPrecision.storeF16(to + 2L * i, Lanes.load(from + 4L * i));
        }
    }

    private static void narrowToBf16(long from, long to, int end) {
        for (int i = 0; i < end; i += Lanes.COUNT) {
            HalfPrecision.storeBf16(to + 2L * i, Lanes.load(from + 4L * i));
        }
    }

    private static void contiguousFloats(DType type, long from, long to, int n) {
        int whole = n - n % Lanes.COUNT;
        int done = 0;
        switch (type) {
            case F32 -> {
                copyFloats(from, to, n);
                return;
            }
            case F16 -> {
                widenF16(from, to, MachineCode.widen(type, from, n, to), whole);
                done = whole;
            }
            case BF16 -> {
                widenBf16(from, to, MachineCode.widen(type, from, n, to), whole);
                done = whole;
            }
            case BOOL -> {
                for (int i = 0; i < n; i++) {
                    OffHeap.setFloat(to + 4L * i, OffHeap.getByte(from + i) != 0 ? 1 : 0);
                }
                return;
            }
            case F64, I64, I32, I16, I8, U8, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> {}
        }
        int bytes = type.blockBytes();
        for (int i = done; i < n; i++) {
            OffHeap.setFloat(to + 4L * i, floatAt(type, from + (long) i * bytes));
        }
    }

    private static void copyFloats(long from, long to, int n) {
        int i = 0;
        for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
            Lanes.store(to + 4L * i, Lanes.load(from + 4L * i));
        }
        for (; i < n; i++) {
            OffHeap.setInt(to + 4L * i, OffHeap.getInt(from + 4L * i));
        }
    }

    private static void fill(long to, float value, int n) {
        for (int i = 0; i < n; i++) {
            OffHeap.setFloat(to + 4L * i, value);
        }
    }

    private static void storeFloats(DType type, long tile, long address, long step, int n) {
        long from = tile & OffHeap.ADDRESS_MASK;
        long to = address & OffHeap.ADDRESS_MASK;
        int done = 0;
        if (step == type.blockBytes()) {
            int whole = n - n % Lanes.COUNT;
            if (type == DType.F32) {
                copyFloats(from, to, n);
                return;
            } else if (type == DType.F16) {
                narrowToF16(from, to, MachineCode.narrowToF16(from, n, to), whole);
                done = whole;
            } else if (type == DType.BF16) {
                narrowToBf16(from, to, whole);
                done = whole;
            } else if (type == DType.BOOL) {
                for (int i = 0; i < n; i++) {
                    OffHeap.setByte(to + i, (byte) (OffHeap.getFloat(from + 4L * i) != 0 ? 1 : 0));
                }
                return;
            }
        }
        for (int i = done; i < n; i++) {
            setFloat(type, to + i * step, OffHeap.getFloat(from + 4L * i));
        }
    }

    /** One element as F32; integers are for {@link Domain#F64} and {@link Domain#I64}, but BOOL is 0 or 1 here too. */
    public static float floatAt(DType type, long address) {
        return switch (type) {
            case F32 -> OffHeap.getFloat(address);
            case F16 -> Float.float16ToFloat(OffHeap.getShort(address));
            case BF16 -> HalfPrecision.fromBf16(OffHeap.getShort(address));
            case BOOL -> OffHeap.getByte(address) != 0 ? 1 : 0;
            case F64, I64, I32, I16, I8, U8, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> throw none(type);
        };
    }

    public static void setFloat(DType type, long address, float value) {
        switch (type) {
            case F32 -> OffHeap.setFloat(address, value);
            case F16 -> OffHeap.setShort(address, Float.floatToFloat16(value));
            case BF16 -> OffHeap.setShort(address, HalfPrecision.toBf16(value));
            case BOOL -> OffHeap.setByte(address, (byte) (value != 0 ? 1 : 0));
            case F64, I64, I32, I16, I8, U8, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> throw none(type);
        }
    }

    private static void loadDoubles(DType type, long address, long step, long tile, int n) {
        long from = address & OffHeap.ADDRESS_MASK;
        long to = tile & OffHeap.ADDRESS_MASK;
        if (type == DType.F64) {
            for (int i = 0; i < n; i++) {
                OffHeap.setDouble(to + 8L * i, OffHeap.getDouble(from + i * step));
            }
            return;
        }
        for (int i = 0; i < n; i++) {
            OffHeap.setDouble(to + 8L * i, doubleAt(type, from + i * step));
        }
    }

    private static void storeDoubles(DType type, long tile, long address, long step, int n) {
        long from = tile & OffHeap.ADDRESS_MASK;
        long to = address & OffHeap.ADDRESS_MASK;
        for (int i = 0; i < n; i++) {
            setDouble(type, to + i * step, OffHeap.getDouble(from + 8L * i));
        }
    }

    /** One element of any plain type as F64; an I64 that F64 does not hold is rounded to odd, for the store to round. */
    public static double doubleAt(DType type, long address) {
        return switch (type) {
            case F64 -> OffHeap.getDouble(address);
            case F32, F16, BF16 -> floatAt(type, address);
            case I64 -> HalfPrecision.toOddDouble(OffHeap.getLong(address));
            case I32, I16, I8, U8, BOOL -> longAt(type, address);
            case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> throw none(type);
        };
    }

    /** Converted as {@link dev.tenon.op.Cast} says. */
    public static void setDouble(DType type, long address, double value) {
        switch (type) {
            case F64 -> OffHeap.setDouble(address, value);
            case F32 -> OffHeap.setFloat(address, (float) value);
            case F16 -> OffHeap.setShort(address, Float.floatToFloat16(HalfPrecision.toOddFloat(value)));
            case BF16 -> OffHeap.setShort(address, HalfPrecision.toBf16(HalfPrecision.toOddFloat(value)));
            case I64 -> OffHeap.setLong(address, (long) value);
            case I32 -> OffHeap.setInt(address, (int) value);
            case I16 -> OffHeap.setShort(address, (short) Math.clamp((long) value, Short.MIN_VALUE, Short.MAX_VALUE));
            case I8 -> OffHeap.setByte(address, (byte) Math.clamp((long) value, Byte.MIN_VALUE, Byte.MAX_VALUE));
            case U8 -> OffHeap.setByte(address, (byte) Math.clamp((long) value, 0, 255));
            case BOOL -> OffHeap.setByte(address, (byte) (value != 0 ? 1 : 0));
            case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> throw none(type);
        }
    }

    // One loop a type: a switch inside would be taken for each element.
    private static void loadLongs(DType type, long address, long step, long tile, int n) {
        long from = address & OffHeap.ADDRESS_MASK;
        long to = tile & OffHeap.ADDRESS_MASK;
        switch (type) {
            case I64 -> {
                for (int i = 0; i < n; i++) {
                    OffHeap.setLong(to + 8L * i, OffHeap.getLong(from + i * step));
                }
            }
            case I32 -> {
                for (int i = 0; i < n; i++) {
                    OffHeap.setLong(to + 8L * i, OffHeap.getInt(from + i * step));
                }
            }
            case I16 -> {
                for (int i = 0; i < n; i++) {
                    OffHeap.setLong(to + 8L * i, OffHeap.getShort(from + i * step));
                }
            }
            case I8 -> {
                for (int i = 0; i < n; i++) {
                    OffHeap.setLong(to + 8L * i, OffHeap.getByte(from + i * step));
                }
            }
            case U8 -> {
                for (int i = 0; i < n; i++) {
                    OffHeap.setLong(to + 8L * i, OffHeap.getByte(from + i * step) & 0xFF);
                }
            }
            case BOOL -> {
                for (int i = 0; i < n; i++) {
                    OffHeap.setLong(to + 8L * i, OffHeap.getByte(from + i * step) != 0 ? 1 : 0);
                }
            }
            case F64, F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> throw none(type);
        }
    }

    private static void storeLongs(DType type, long tile, long address, long step, int n) {
        long from = tile & OffHeap.ADDRESS_MASK;
        long to = address & OffHeap.ADDRESS_MASK;
        switch (type) {
            case I64 -> {
                for (int i = 0; i < n; i++) {
                    OffHeap.setLong(to + i * step, OffHeap.getLong(from + 8L * i));
                }
            }
            case I32 -> {
                for (int i = 0; i < n; i++) {
                    OffHeap.setInt(to + i * step, (int) OffHeap.getLong(from + 8L * i));
                }
            }
            case I16 -> {
                for (int i = 0; i < n; i++) {
                    OffHeap.setShort(to + i * step, (short) OffHeap.getLong(from + 8L * i));
                }
            }
            case I8, U8 -> {
                for (int i = 0; i < n; i++) {
                    OffHeap.setByte(to + i * step, (byte) OffHeap.getLong(from + 8L * i));
                }
            }
            case BOOL -> {
                for (int i = 0; i < n; i++) {
                    OffHeap.setByte(to + i * step, (byte) (OffHeap.getLong(from + 8L * i) != 0 ? 1 : 0));
                }
            }
            case F64, F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> throw none(type);
        }
    }

    /** One element of an integer type or BOOL. */
    public static long longAt(DType type, long address) {
        return switch (type) {
            case I64 -> OffHeap.getLong(address);
            case I32 -> OffHeap.getInt(address);
            case I16 -> OffHeap.getShort(address);
            case I8 -> OffHeap.getByte(address);
            case U8 -> OffHeap.getByte(address) & 0xFF;
            case BOOL -> OffHeap.getByte(address) != 0 ? 1 : 0;
            case F64, F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> throw none(type);
        };
    }

    /** The low bits; for BOOL whether any is set. */
    public static void setLong(DType type, long address, long value) {
        switch (type) {
            case I64 -> OffHeap.setLong(address, value);
            case I32 -> OffHeap.setInt(address, (int) value);
            case I16 -> OffHeap.setShort(address, (short) value);
            case I8, U8 -> OffHeap.setByte(address, (byte) value);
            case BOOL -> OffHeap.setByte(address, (byte) (value != 0 ? 1 : 0));
            case F64, F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> throw none(type);
        }
    }

    private static AssertionError none(DType type) {
        return new AssertionError("no such conversion of " + type);
    }
}
