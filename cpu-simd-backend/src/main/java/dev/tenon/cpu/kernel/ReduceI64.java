package dev.tenon.cpu.kernel;

import dev.tenon.DType;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.ReduceKernel;
import dev.tenon.op.ReduceKind;

/**
 * Reductions in 64-bit integers.
 *
 * @param type of the elements: its range gives the maximum and minimum of nothing
 */
record ReduceI64(ReduceKind kind, DType type) implements ReduceKernel {
    @Override
    public Domain domain() {
        return Domain.I64;
    }

    @Override
    public long empty() {
        boolean narrow = type == DType.I32;
        return switch (kind) {
            case SUM, MEAN, SUM_SQUARES -> 0;
            case MAX -> narrow ? Integer.MIN_VALUE : Long.MIN_VALUE;
            case MIN -> narrow ? Integer.MAX_VALUE : Long.MAX_VALUE;
            case PRODUCT -> 1;
        };
    }

    @Override
    public float emptyColumn() {
        throw new AssertionError("columns of integers are integers");
    }

    @Override
    public long combine(long a, long b) {
        return switch (kind) {
            case SUM, MEAN, SUM_SQUARES -> a + b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case PRODUCT -> a * b;
        };
    }

    @Override
    public long finish(long accumulator, long count) {
        return accumulator;
    }

    private long element(long address) {
        long x = OffHeap.getLong(address);
        return kind == ReduceKind.SUM_SQUARES ? x * x : x;
    }

    @Override
    public long row(long address, int n) {
        long sum = element(address);
        for (int i = 1; i < n; i++) {
            sum = combine(sum, element(address + 8L * i));
        }
        return sum;
    }

    @Override
    public void column(long address, long accumulators, int n) {
        for (int i = 0; i < n; i++) {
            long at = accumulators + 8L * i;
            OffHeap.setLong(at, combine(OffHeap.getLong(at), element(address + 8L * i)));
        }
    }
}
