package dev.tenon.cpu.attention;

import dev.tenon.DType;
import dev.tenon.cpu.OffHeap;

/** One element at a time, of any type that attention reads or writes. */
final class Scalars {
    private Scalars() {}

    /**
     * Element {@code index} of a row.
     *
     * @param row the address of the row's element 0
     * @param stride bytes between elements; not used for quantized types
     */
    static double load(DType dtype, long row, long stride, int index) {
        return switch (dtype) {
            case F32 -> OffHeap.getFloat(row + index * stride);
            case F64 -> OffHeap.getDouble(row + index * stride);
            case F16 -> Float.float16ToFloat(OffHeap.getShort(row + index * stride));
            case BF16 -> Float.intBitsToFloat(OffHeap.getShort(row + index * stride) << 16);
            case Q8_0 -> {
                long block = row + (long) (index / 32) * 34;
                yield Float.float16ToFloat(OffHeap.getShort(block)) * OffHeap.getByte(block + 2 + index % 32);
            }
            case I64, I32, I16, I8, U8, BOOL, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K ->
                throw new IllegalArgumentException("attention does not read " + dtype);
        };
    }

    /** Reads the first {@code n} elements of a row. */
    static void load(DType dtype, long row, long stride, int n, double[] to) {
        if (dtype == DType.F32) {
            for (int i = 0; i < n; i++) {
                to[i] = OffHeap.getFloat(row + i * stride);
            }
        } else {
            for (int i = 0; i < n; i++) {
                to[i] = load(dtype, row, stride, i);
            }
        }
    }

    /** Writes the first {@code n} elements of a row, rounding to nearest even. */
    static void store(DType dtype, long row, long stride, int n, double[] from) {
        if (dtype == DType.F32) {
            for (int i = 0; i < n; i++) {
                OffHeap.setFloat(row + i * stride, (float) from[i]);
            }
        } else {
            for (int i = 0; i < n; i++) {
                store(dtype, row + i * stride, from[i]);
            }
        }
    }

    /** Writes one element, rounding to nearest even. */
    static void store(DType dtype, long address, double value) {
        switch (dtype) {
            case F32 -> OffHeap.setFloat(address, (float) value);
            case F64 -> OffHeap.setDouble(address, value);
            case F16 -> OffHeap.setShort(address, Float.floatToFloat16((float) value));
            case BF16 -> OffHeap.setShort(address, toBfloat16((float) value));
            case I64, I32, I16, I8, U8, BOOL, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K ->
                throw new IllegalArgumentException("attention does not write " + dtype);
        }
    }

    /** Rounds to nearest even; a NaN stays one. */
    static short toBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 0x40);
        }
        return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }
}
