package dev.tenon.cpu.kernel;

import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.ReduceKernel;
import dev.tenon.op.ReduceKind;

/** Reductions in F64. */
record ReduceF64(ReduceKind kind) implements ReduceKernel {
    @Override
    public Domain domain() {
        return Domain.F64;
    }

    @Override
    public long empty() {
        return new ReduceF32(kind).empty();
    }

    @Override
    public float emptyColumn() {
        throw new AssertionError("columns of F64 are F64");
    }

    @Override
    public long combine(long a, long b) {
        return Double.doubleToRawLongBits(combine(Double.longBitsToDouble(a), Double.longBitsToDouble(b)));
    }

    private double combine(double a, double b) {
        return switch (kind) {
            case SUM, MEAN, SUM_SQUARES -> a + b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case PRODUCT -> a * b;
        };
    }

    @Override
    public long finish(long accumulator, long count) {
        return new ReduceF32(kind).finish(accumulator, count);
    }

    private double element(long address) {
        double x = OffHeap.getDouble(address);
        return kind == ReduceKind.SUM_SQUARES ? x * x : x;
    }

    @Override
    public long row(long address, int n) {
        double sum = element(address);
        for (int i = 1; i < n; i++) {
            sum = combine(sum, element(address + 8L * i));
        }
        return Double.doubleToRawLongBits(sum);
    }

    @Override
    public void column(long address, long accumulators, int n) {
        for (int i = 0; i < n; i++) {
            long at = accumulators + 8L * i;
            OffHeap.setDouble(at, combine(OffHeap.getDouble(at), element(address + 8L * i)));
        }
    }
}
