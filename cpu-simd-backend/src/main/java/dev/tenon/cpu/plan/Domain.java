package dev.tenon.cpu.plan;

import dev.tenon.DType;

/** What a tile's elements are while they are computed with; other storage types are converted on the way in and out. */
public enum Domain {
    F32(4),
    F64(8),
    I64(8);

    private final int bytes;

    Domain(int bytes) {
        this.bytes = bytes;
    }

    int bytes() {
        return bytes;
    }

    /** Whether elements of {@code type} need no conversion. */
    boolean is(DType type) {
        return switch (this) {
            case F32 -> type == DType.F32;
            case F64 -> type == DType.F64;
            case I64 -> type == DType.I64;
        };
    }

    /** Where a type is computed: floats in F32 but for F64, everything else in 64-bit integers. */
    public static Domain of(DType type) {
        return type == DType.F64 ? F64 : type.isFloat() ? F32 : I64;
    }
}
