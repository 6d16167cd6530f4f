package dev.tenon.cpu.op;

import dev.tenon.DType;

/** What the elementwise operators share. */
final class CpuElementwise {
    /** The weight of a function that takes about ten times an addition. */
    static final int FUNCTION = 8;

    private CpuElementwise() {}

    /** An integer type of the same size, for operators that move bits without looking at them. */
    static DType bits(DType type) {
        return switch (type) {
            case F64 -> DType.I64;
            case F32 -> DType.I32;
            case F16, BF16 -> DType.I16;
            case BOOL, U8 -> DType.U8;
            case I64, I32, I16, I8 -> type;
            case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> throw new AssertionError(type);
        };
    }
}
