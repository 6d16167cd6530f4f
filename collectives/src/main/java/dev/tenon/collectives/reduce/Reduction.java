package dev.tenon.collectives.reduce;

import dev.tenon.DType;
import dev.tenon.op.ReduceKind;

/**
 * Combines one array a rank, in the order of the ranks, so that whoever computes an element gets the same bits. Works by
 * tiles that stay in the first-level cache; a tile of every source is read before any output's is written, so outputs may be
 * sources.
 */
public final class Reduction {
    /** Elements: 4 KiB in F32, so that a tile of two sources and of the sum fit the first-level cache. */
    private static final int TILE = 1024;

    private final ReduceKind kind;
    private final DType type;
    private final TileReducer reducer;

    private Reduction(ReduceKind kind, DType type) {
        this.kind = kind;
        this.type = type;
        this.reducer = switch (type) {
            case F32 -> new FloatReducer(kind);
            case BF16, F16 -> new HalfReducer(kind, type);
            case I32 -> kind == ReduceKind.MEAN ? new IntegerMeanReducer(type) : new IntReducer(kind);
            case I64 -> kind == ReduceKind.MEAN ? new IntegerMeanReducer(type) : new LongReducer(kind);
            case F64, I16, I8, U8, BOOL, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K ->
                throw new AssertionError(type + " is refused above");
        };
    }

    /** @param type F32, BF16, F16, I32 or I64 */
    public static Reduction of(ReduceKind kind, DType type) {
        return new Reduction(kind, type);
    }

    public ReduceKind kind() {
        return kind;
    }

    /** Bytes of an element. */
    public int elementBytes() {
        return type.blockBytes();
    }

    /**
     * @param sources addresses, by rank; all of them are combined
     * @param outs addresses that all get the result
     * @param bytes of each
     */
    public void combine(long[] sources, long[] outs, long bytes) {
        combine(sources, outs, bytes, false);
    }

    /**
     * @param sources addresses, by rank; all of them are combined
     * @param outs addresses that all get the result
     * @param bytes of each
     * @param pastCaches whether outs other than the first are written to memory and not to this core's caches: where it is a
     *     core of another cache that reads them next
     */
    public void combine(long[] sources, long[] outs, long bytes, boolean pastCaches) {
        if (sources.length == 1) {
            for (long out : outs) {
                if (out != sources[0]) {
                    HostLoops.copy(sources[0], out, bytes, false);
                }
            }
            return;
        }
        int size = elementBytes();
        long scratch = Scratch.current();
        long elements = bytes / size;
        for (long start = added(sources, outs, bytes, pastCaches) / size; start < elements; start += TILE) {
            int n = (int) Math.min(TILE, elements - start);
            tile(sources, outs, start * size, n, scratch, pastCaches);
        }
    }

    /** Sums of two are made in one pass over all. Answers how many bytes of each are done. */
    private long added(long[] sources, long[] outs, long bytes, boolean pastCaches) {
        if (kind != ReduceKind.SUM || sources.length != 2 || outs.length > 2) {
            return 0;
        }
        return HostLoops.add(type, sources[0], sources[1], outs[0], outs.length == 2 ? outs[1] : 0, bytes, pastCaches);
    }

    private void tile(long[] sources, long[] outs, long offset, int n, long scratch, boolean pastCaches) {
        reducer.combine(sources, offset, n, outs[0] + offset, scratch);
        for (int i = 1; i < outs.length; i++) {
            HostLoops.copy(outs[0] + offset, outs[i] + offset, (long) n * elementBytes(), pastCaches);
        }
    }
}
