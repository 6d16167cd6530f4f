package dev.tenon.cpu.plan;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.math.Lanes;
import dev.tenon.cpu.thread.ThreadTeam;
import java.util.List;

/**
 * A reduction bound to its operands. Where the elements that lie closest together are reduced, each result's elements go
 * through a row kernel in blocks; where they belong to different results, rows are combined into a tile of accumulators.
 * Blocks and chunks are fixed by the shape, so results do not depend on the number of threads.
 */
public final class ReduceLoop implements Runnable {
    private static final long PARALLEL_WORK = 1 << 16;
    /** Elements that one task reduces where a single result is split. */
    private static final long CHUNK = 1 << 15;
    /** Rows that go into F32 accumulators before these go into F64 ones. */
    private static final int ROWS = 32;

    private final ThreadTeam team;
    private final ReduceKernel kernel;
    private final Domain domain;
    private final DType inType;
    private final DType outType;
    private final Axes kept;
    private final Axes reduced;
    private final long results;
    private final long length;
    private final boolean columns;
    private final boolean inPlace;

    /** @param axes the axes reduced */
    public ReduceLoop(ThreadTeam team, ReduceKernel kernel, Tensor in, List<Integer> axes, Tensor out) {
        this.team = team;
        this.kernel = kernel;
        this.domain = kernel.domain();
        this.inType = in.dtype();
        this.outType = out.dtype();
        int rank = in.shape().rank();
        int gone = axes.size();
        long[] keptSizes = new long[rank - gone];
        long[][] keptSteps = new long[2][rank - gone];
        long[] goneSizes = new long[gone];
        long[][] goneSteps = new long[1][gone];
        int k = 0;
        int g = 0;
        for (int a = 0; a < rank; a++) {
            long step = in.layout().stride(a) * inType.blockBytes();
            if (axes.contains(a)) {
                goneSizes[g] = in.shape().size(a);
                goneSteps[0][g++] = step;
            } else {
                keptSizes[k] = in.shape().size(a);
                keptSteps[1][k] = out.layout().stride(a) * outType.blockBytes();
                keptSteps[0][k++] = step;
            }
        }
        kept = Axes.anyOrder(keptSizes, new long[] {Slot.address(in), Slot.address(out)}, keptSteps);
        reduced = Axes.anyOrder(goneSizes, new long[] {0}, goneSteps);
        results = kept.elements();
        length = reduced.elements();
        columns = kept.rank() > 0
                && kept.inner() >= 4
                && (reduced.rank() == 0 || Math.abs(kept.innerStep(0)) < Math.abs(reduced.innerStep(0)));
        int bytes = domain.bytes();
        inPlace = domain.is(inType)
                && (columns ? kept.innerStep(0) == bytes : reduced.rank() == 1 && reduced.innerStep(0) == bytes);
    }

    @Override
    public void run() {
        if (results == 0) {
            return;
        }
        if (length == 0) {
            for (long r = 0; r < results; r++) {
                finish(r, kernel.empty());
            }
        } else if (columns) {
            runColumns();
        } else {
            runRows();
        }
    }

    // Rows

    private void runRows() {
        if (results * length < PARALLEL_WORK) {
            for (long r = 0; r < results; r++) {
                finish(r, row(r, 0, length));
            }
        } else if (results < 64 && length > 2 * CHUNK) {
            long size = Math.max(CHUNK, (length + 1023) / 1024);
            int chunks = (int) ((length + size - 1) / size);
            long[] partial = new long[(int) results * chunks];
            team.run(partial.length, t -> {
                long from = t % chunks * size;
                partial[t] = row(t / chunks, from, Math.min(length, from + size));
            });
            for (int r = 0; r < results; r++) {
                long sum = partial[r * chunks];
                for (int c = 1; c < chunks; c++) {
                    sum = kernel.combine(sum, partial[r * chunks + c]);
                }
                finish(r, sum);
            }
        } else {
            long size = Math.max(1, Math.max((results + 255) / 256, PARALLEL_WORK / 4 / length));
            team.run((int) ((results + size - 1) / size), t -> {
                for (long r = t * size; r < Math.min(results, (t + 1) * size); r++) {
                    finish(r, row(r, 0, length));
                }
            });
        }
    }

    /** One result's elements {@code from} to {@code to}. */
    private long row(long result, long from, long to) {
        long base = place(0, result) + reduced.bases()[0];
        long tile = inPlace ? 0 : Scratch.current().tile(0);
        long sum = 0;
        for (long at = from; at < to; at += Scratch.TILE) {
            int n = (int) Math.min(Scratch.TILE, to - at);
            long address = tile;
            if (inPlace) {
                address = base + at * domain.bytes();
            } else {
                Walk.load(domain, inType, reduced, 0, base, at, n, tile);
            }
            long block = kernel.row(address, n);
            sum = at == from ? block : kernel.combine(sum, block);
        }
        return sum;
    }

    private long place(int operand, long result) {
        long address = kept.bases()[operand];
        long rest = result;
        for (int a = kept.rank() - 1; a >= 0; a--) {
            address += rest % kept.sizes()[a] * kept.steps()[operand][a];
            rest /= kept.sizes()[a];
        }
        return address;
    }

    private void finish(long result, long accumulator) {
        long value = kernel.finish(accumulator, length);
        long to = place(1, result);
        if (domain == Domain.I64) {
            Stage.setLong(outType, to, value);
        } else {
            Stage.setDouble(outType, to, Double.longBitsToDouble(value));
        }
    }

    // Columns

    private void runColumns() {
        long inner = kept.inner();
        long outer = results / inner;
        // A last tile that does not fill a vector is staged alone, so that the others can be used in place.
        long vectors = domain == Domain.F32 ? inner - inner % Lanes.COUNT : inner;
        int whole = (int) ((vectors + Scratch.TILE - 1) / Scratch.TILE);
        int tiles = whole + (vectors < inner ? 1 : 0);
        long tasks = outer * tiles;
        if (results * length < PARALLEL_WORK || tasks == 1) {
            for (long t = 0; t < tasks; t++) {
                column(t / tiles, (int) (t % tiles), whole, vectors);
            }
            return;
        }
        long size = (tasks + 255) / 256;
        team.run((int) ((tasks + size - 1) / size), c -> {
            for (long t = c * size; t < Math.min(tasks, (c + 1) * size); t++) {
                column(t / tiles, (int) (t % tiles), whole, vectors);
            }
        });
    }

    private void column(long row, int tile, int whole, long vectors) {
        long inner = kept.inner();
        long first = tile < whole ? (long) tile * Scratch.TILE : vectors;
        int n = (int) Math.min(Scratch.TILE, (tile < whole ? vectors : inner) - first);
        long base = place(0, row * inner + first) + reduced.bases()[0];
        Scratch scratch = Scratch.current();
        long staged = scratch.tile(0);
        long accumulators = scratch.tile(1);
        long totals = scratch.tile(2);
        boolean direct = inPlace && tile < whole;
        int padded = domain == Domain.F32 ? Lanes.roundUp(n) : n;
        for (int i = 0; i < n; i++) {
            OffHeap.setLong(totals + 8L * i, kernel.empty());
        }
        for (long from = 0; from < length; from += ROWS) {
            clear(accumulators, padded);
            for (long r = from; r < Math.min(length, from + ROWS); r++) {
                long address = base + reducedOffset(r);
                if (!direct) {
                    Stage.load(domain, inType, address, kept.innerStep(0), staged, n);
                    address = staged;
                }
                kernel.column(address, accumulators, padded);
            }
            for (int i = 0; i < n; i++) {
                long sum = domain == Domain.F32
                        ? Double.doubleToRawLongBits(OffHeap.getFloat(accumulators + 4L * i))
                        : OffHeap.getLong(accumulators + 8L * i);
                OffHeap.setLong(totals + 8L * i, kernel.combine(OffHeap.getLong(totals + 8L * i), sum));
            }
        }
        for (int i = 0; i < n; i++) {
            finish(row * inner + first + i, OffHeap.getLong(totals + 8L * i));
        }
    }

    private void clear(long accumulators, int n) {
        for (int i = 0; i < n; i++) {
            if (domain == Domain.F32) {
                OffHeap.setFloat(accumulators + 4L * i, kernel.emptyColumn());
            } else {
                OffHeap.setLong(accumulators + 8L * i, kernel.empty());
            }
        }
    }

    private long reducedOffset(long r) {
        long offset = 0;
        long rest = r;
        for (int a = reduced.rank() - 1; a > 0; a--) {
            offset += rest % reduced.sizes()[a] * reduced.steps()[0][a];
            rest /= reduced.sizes()[a];
        }
        return reduced.rank() == 0 ? 0 : offset + rest * reduced.steps()[0][0];
    }
}
