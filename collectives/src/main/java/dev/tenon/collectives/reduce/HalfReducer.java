package dev.tenon.collectives.reduce;

import dev.tenon.DType;
import dev.tenon.op.ReduceKind;

/** BF16 and F16 tiles: combined in F32 over all sources, and rounded once. */
final class HalfReducer implements TileReducer {
    private final FloatReducer wide;
    private final boolean bf16;

    HalfReducer(ReduceKind kind, DType type) {
        this.wide = new FloatReducer(kind);
        this.bf16 = type == DType.BF16;
    }

    @Override
    public void combine(long[] sources, long offset, int n, long out, long scratch) {
        long next = scratch + 4L * n;
        HalfPrecision.widen(bf16, sources[0] + offset, scratch, n);
        for (int i = 1; i < sources.length; i++) {
            HalfPrecision.widen(bf16, sources[i] + offset, next, n);
            wide.pair(scratch, next, scratch, n);
        }
        if (wide.kind() == ReduceKind.MEAN) {
            FloatReducer.divide(scratch, sources.length, n);
        }
        HalfPrecision.narrow(bf16, scratch, out, n);
    }
}
