package dev.tenon.cpu.gemm;

import dev.tenon.DType;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.quant.QuantizedDot;
import dev.tenon.cpu.thread.ThreadTeam;
import dev.tenon.cpu.x86.Kernel;
import dev.tenon.cpu.x86.MachineCode;
import dev.tenon.memory.HostBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The product for one to eight rows, as in decoding: it reads B once and packs nothing. Its pace is the memory's, so each
 * chunk is a run of weight lines that lie together.
 *
 * <p>B's lines are read in stretches of 256 elements, eight at a time, widened into a buffer in the first-level cache where
 * they are not F32, and used there by every row.
 */
final class FewRows {
    /** Rows up to which this beats packing B. */
    static final int MOST = 8;

    /** Elements widened at once: a multiple of every quantized block. */
    private static final int STRETCH = 256;

    /** Elements of B in a chunk at least, some microseconds of reading. */
    private static final int LEAST_CHUNK = 32 << 10;

    /** And at most: each chunk starts its streams of memory anew, which cost Q8_0 a tenth with the least of chunks. */
    private static final int MOST_CHUNK = 512 << 10;

    /** Chunks a thread, where that makes none too small. */
    private static final int CHUNKS_EACH = 16;

    private final GemmArguments g;
    private final int batch;
    private final ThreadTeam team;

    /** Floats of a row of A in scratch, zeros at the end up to whole vectors. */
    private final int paddedK;

    /** The machine code, or null where B's lines run across, or that tier does not run here. */
    private final @Nullable MachineCode machine;

    FewRows(GemmArguments g, int batch, ThreadTeam team) {
        this.g = g;
        this.batch = batch;
        this.team = team;
        this.paddedK = (g.k() + DotLines.LANES - 1) / DotLines.LANES * DotLines.LANES;
        this.machine = isDot() ? MachineCode.get() : null;
    }

    /** Whether B's lines run along k. */
    private boolean isDot() {
        return g.b().rowStride() == 1 || g.b().type().isQuantized();
    }

    /** Whether the product is one of these: few rows, B contiguous one way or the other. */
    static boolean serves(GemmArguments g) {
        return g.m() <= MOST
                && (g.b().rowStride() == 1
                        || g.b().columnStride() == 1
                        || g.b().type().isQuantized());
    }

    void run() {
        boolean dot = isDot();
        int unit = dot ? DotLines.LINES : STRETCH;
        long elements = Math.clamp((long) g.n() * g.k() / (CHUNKS_EACH * team.size()), LEAST_CHUNK, MOST_CHUNK);
        int columns = (int) Math.min(g.n(), unit * Math.max(1, elements / Math.max(1, (long) unit * g.k())));
        int chunks = (g.n() + columns - 1) / columns;
        long rowBytes = Math.max(1, (long) g.m() * paddedK * 4);
        // Twice: BF16 weights want the rows in another order too, quantized ones the rows' partial sums.
        try (HostBuffer rows = team.scratch().allocate(2 * rowBytes)) {
            long x = rows.address();
            for (int r = 0; r < g.m(); r++) {
                long row = x + (long) r * paddedK * 4;
                readRow(r, row);
                if (machine == null && dot && g.b().type() == DType.BF16) {
                    DotLinesBf16.arrange(row, g.k() / DotLinesBf16.GROUP * DotLinesBf16.GROUP, row + rowBytes);
                }
            }
            if (machine == null && isQuantizedRow()) {
                QuantizedDot.sums(x, g.k(), x + rowBytes);
            }
            team.run(chunks, chunk -> {
                int column = chunk * columns;
                chunk(dot, x, column, Math.min(columns, g.n() - column));
            });
        }
    }

    private void readRow(int r, long to) {
        MatrixView a = g.a();
        if (a.columnStride() == 1) {
            FloatLines.read(a.type(), a.addressOf(r, 0), g.k(), to);
        } else {
            FloatLines.readStrided(a.type(), a.addressOf(r, 0), a.columnStride(), g.k(), to);
        }
        for (int i = g.k(); i < paddedK; i++) {
            OffHeap.setFloat(to + i * 4L, 0);
        }
    }

    private void chunk(boolean dot, long x, int column, int columns) {
        boolean inPlace = g.sumsInPlace();
        long valueBytes = inPlace ? 0 : (long) g.m() * columns * 4;
        long sumsBytes = (long) g.m() * DotLines.SUMS_BYTES;
        try (HostBuffer scratch =
                team.scratch().allocate(DotLines.LINES * STRETCH * 4L + sumsBytes + DotLines.LINES * 4L + valueBytes)) {
            long buffer = scratch.address();
            long sums = buffer + DotLines.LINES * STRETCH * 4L;
            long values = inPlace ? g.c().addressOf(0, column) : sums + sumsBytes + DotLines.LINES * 4L;
            long stride = inPlace ? g.c().rowStride() * 4 : columns * 4L;
            start(values, stride, column, columns, inPlace);
            if (machine != null) {
                machineLines(machine, x, column, columns, values, stride);
            } else if (isQuantizedRow()) {
                quantizedLines(x, column, columns, values);
            } else if (dot) {
                for (int j = 0; j < columns; j += DotLines.LINES) {
                    int lines = Math.min(DotLines.LINES, columns - j);
                    dotLines(x, column + j, lines, buffer, sums, values + j * 4L, stride);
                }
            } else {
                for (int j = 0; j < columns; j += STRETCH) {
                    addLines(x, column + j, Math.min(STRETCH, columns - j), buffer, values + j * 4L, stride);
                }
            }
            finish(values, stride, column, columns, inPlace);
        }
    }

    /** Whole blocks in machine code; what is left of a line, less than a vector, one element after another. */
    private void machineLines(MachineCode code, long x, int column, int columns, long values, long stride) {
        MatrixView b = g.b();
        int block = code.blockElements(b.type());
        int blocks = g.k() / block;
        long from = b.addressOf(0, column);
        long lineBytes = b.addressOf(0, 1) - b.addressOf(0, 0);
        long rowBytes = paddedK * 4L;
        int most = code.mostRows();
        for (int r = 0; blocks > 0 && r < g.m(); r += most) {
            int rows = Math.min(most, g.m() - r);
            Kernel kernel = code.lineProducts(b.type(), rows).orElseThrow();
            kernel.run(blocks, from, lineBytes, x + r * rowBytes, rowBytes, values + r * stride, stride, columns);
        }
        for (int p = blocks * block; p < g.k(); p++) {
            for (int j = 0; j < columns; j++) {
                float weight = FloatLines.get(b.type(), b.addressOf(p, column + j));
                for (int r = 0; r < g.m(); r++) {
                    long value = values + r * stride + j * 4L;
                    float factor = OffHeap.getFloat(x + ((long) r * paddedK + p) * 4);
                    OffHeap.setFloat(value, Math.fma(weight, factor, OffHeap.getFloat(value)));
                }
            }
        }
    }

    /** What sums are added to: zeros, or what C holds. */
    private void start(long values, long stride, int column, int columns, boolean inPlace) {
        MatrixView c = g.c();
        for (int r = 0; r < g.m(); r++) {
            long row = values + r * stride;
            if (!g.accumulate()) {
                for (int i = 0; i < columns; i++) {
                    OffHeap.setFloat(row + i * 4L, 0);
                }
            } else if (!inPlace) {
                if (c.columnStride() == 1) {
                    FloatLines.read(c.type(), c.addressOf(r, column), columns, row);
                } else {
                    FloatLines.readStrided(c.type(), c.addressOf(r, column), c.columnStride(), columns, row);
                }
            }
        }
    }

    /**
     * One row alone gains nothing from widened lines: its blocks are multiplied where they are. Q6_K's product of four
     * sub-blocks at once is past what C2 inlines, and is faster widened.
     */
    private boolean isQuantizedRow() {
        return g.m() == 1 && g.b().type().isQuantized() && g.b().type() != DType.Q6_K;
    }

    private void quantizedLines(long x, int column, int columns, long values) {
        MatrixView b = g.b();
        long sums = x + paddedK * 4L;
        for (int j = 0; j < columns; j++) {
            float product = QuantizedDot.dot(b.type(), b.addressOf(0, column + j), x, sums, g.k());
            OffHeap.setFloat(values + j * 4L, OffHeap.getFloat(values + j * 4L) + product);
        }
    }

    /** Up to eight columns of the result: B's lines run along k. */
    private void dotLines(long x, int column, int lines, long buffer, long sums, long values, long stride) {
        MatrixView b = g.b();
        long lineBytes = b.addressOf(0, 1) - b.addressOf(0, 0);
        long from = b.addressOf(0, column);
        for (int r = 0; r < g.m(); r++) {
            DotLines.clear(sums + (long) r * DotLines.SUMS_BYTES);
        }
        int direct = addDirect(x, from, lineBytes, lines, sums);
        for (int p = direct; p < g.k(); p += STRETCH) {
            int count = Math.min(STRETCH, g.k() - p);
            int padded = (count + DotLines.LANES - 1) / DotLines.LANES * DotLines.LANES;
            for (int i = 0; i < lines; i++) {
                long line = buffer + (long) i * STRETCH * 4;
                FloatLines.read(b.type(), b.addressOf(p, column + i), count, line);
                for (int q = count; q < padded; q++) {
                    OffHeap.setFloat(line + q * 4L, 0);
                }
            }
            for (int r = 0; r < g.m(); r++) {
                long row = x + ((long) r * paddedK + p) * 4;
                DotLines.add(buffer, STRETCH * 4L, lines, padded, row, sums + (long) r * DotLines.SUMS_BYTES);
            }
        }
        long reduced = sums + (long) g.m() * DotLines.SUMS_BYTES;
        for (int r = 0; r < g.m(); r++) {
            DotLines.reduce(sums + (long) r * DotLines.SUMS_BYTES, lines, reduced);
            for (int i = 0; i < lines; i++) {
                long value = values + r * stride + i * 4L;
                OffHeap.setFloat(value, OffHeap.getFloat(value) + OffHeap.getFloat(reduced + i * 4L));
            }
        }
    }

    /** Adds what needs no widening buffer: all of F32 and BF16 but a last part of a vector. Answers how far that went. */
    private int addDirect(long x, long from, long lineBytes, int lines, long sums) {
        boolean wide = g.b().type() == DType.F32;
        if (!wide && g.b().type() != DType.BF16) {
            return 0;
        }
        int unit = wide ? DotLines.LANES : DotLinesBf16.GROUP;
        int direct = g.k() / unit * unit;
        int stretch =
                g.m() == 1 ? direct : STRETCH; // several rows share a stretch while it is in the first-level cache
        for (int p = 0; p < direct; p += stretch) {
            int count = Math.min(stretch, direct - p);
            for (int r = 0; r < g.m(); r++) {
                long row = x + ((long) r * paddedK + p) * 4;
                long rowSums = sums + (long) r * DotLines.SUMS_BYTES;
                if (wide) {
                    DotLines.add(from + p * 4L, lineBytes, lines, count, row, rowSums);
                } else {
                    long arranged = row + (long) g.m() * paddedK * 4;
                    DotLinesBf16.add(from + p * 2L, lineBytes, lines, count, arranged, rowSums);
                }
            }
        }
        return direct;
    }

    /** Up to a stretch of columns: B's lines run across. */
    private void addLines(long x, int column, int columns, long buffer, long values, long stride) {
        MatrixView b = g.b();
        long lineBytes = b.addressOf(1, 0) - b.addressOf(0, 0);
        for (int p = 0; p < g.k(); p += AddLines.LINES) {
            int lines = Math.min(AddLines.LINES, g.k() - p);
            long from = b.addressOf(p, column);
            long fromBytes = lineBytes;
            if (b.type() != DType.F32) {
                for (int i = 0; i < lines; i++) {
                    FloatLines.read(b.type(), from + i * lineBytes, columns, buffer + (long) i * STRETCH * 4);
                }
                from = buffer;
                fromBytes = STRETCH * 4L;
            }
            for (int r = 0; r < g.m(); r++) {
                AddLines.run(from, fromBytes, lines, columns, x + ((long) r * paddedK + p) * 4, values + r * stride);
            }
        }
    }

    private void finish(long values, long stride, int column, int columns, boolean inPlace) {
        RowEpilogue epilogue = g.epilogue();
        for (int r = 0; r < g.m(); r++) {
            long row = values + r * stride;
            if (epilogue != null) {
                epilogue.apply(row, batch, r, column, columns);
            }
            if (!inPlace) {
                MatrixView c = g.c();
                FloatLines.write(c.type(), row, columns, c.addressOf(r, column), c.columnStride());
            }
        }
    }
}
