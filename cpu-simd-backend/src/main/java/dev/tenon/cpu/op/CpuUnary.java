package dev.tenon.cpu.op;

import dev.tenon.cpu.kernel.UnaryKernels;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.ElementLoop;
import dev.tenon.cpu.plan.Slot;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryKind;

final class CpuUnary {
    private CpuUnary() {}

    static Runnable bind(Unary op, CpuContext context) {
        Domain domain = Domain.of(op.in().dtype());
        return ElementLoop.bind(
                context.team(),
                domain,
                UnaryKernels.of(op.kind(), domain),
                weight(op.kind(), domain),
                op.out().shape(),
                1,
                Slot.in(op.in()),
                Slot.out(op.out()));
    }

    static int weight(UnaryKind kind, Domain domain) {
        int vectors = switch (kind) {
            case NEGATE, ABS, SIGN, SQUARE, SQRT, RSQRT, RECIPROCAL, FLOOR, CEIL, ROUND, RELU, NOT -> 1;
            case EXP, EXP2, EXPM1, LOG, LOG2, LOG1P, SIN, COS, TANH -> CpuElementwise.FUNCTION;
            case ERF, SIGMOID, SOFTPLUS, GELU, GELU_TANH, GELU_QUICK, SILU -> CpuElementwise.FUNCTION;
        };
        return domain == Domain.F32 ? vectors : 4 * vectors;
    }
}
