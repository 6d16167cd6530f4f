package dev.tenon.cpu.kernel;

import dev.tenon.DType;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.ReduceKernel;
import dev.tenon.op.ReduceKind;

/** Picks the kernel of a reduction. */
public final class ReduceKernels {
    private ReduceKernels() {}

    /** Products of F32 run in F64 throughout: partial products may leave the range of F32 where the whole does not. */
    public static ReduceKernel of(ReduceKind kind, DType type) {
        Domain domain = Domain.of(type);
        return switch (domain) {
            case I64 -> new ReduceI64(kind, type);
            case F64 -> new ReduceF64(kind);
            case F32 -> kind == ReduceKind.PRODUCT ? new ReduceF64(kind) : new ReduceF32(kind);
        };
    }
}
