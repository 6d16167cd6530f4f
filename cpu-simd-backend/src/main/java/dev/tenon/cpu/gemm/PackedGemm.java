package dev.tenon.cpu.gemm;

import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.thread.ThreadTeam;
import dev.tenon.memory.HostBuffer;
import java.lang.foreign.Arena;

/**
 * The blocked product: panels of A and B are packed by the whole team, then tasks, each a block of C small enough to stay
 * in its core's second-level cache, run all of the packed k over their block.
 *
 * <p>Loops, outermost first: columns by {@link #MAX_COLUMNS}, rows by {@link #MAX_ROWS}, k by {@link #MAX_K} (these bound
 * the packed copies to 16 MiB each); then tasks; in a task k by {@link #TASK_K}, so that a panel of B (16 KiB with
 * 256-bit vectors) stays in the first-level cache while the task's panels of A pass by.
 */
final class PackedGemm {
    private static final int MAX_ROWS = 2048;
    private static final int MAX_COLUMNS = 2048;
    private static final int MAX_K = 2048;

    private static final int TASK_K = 256;
    private static final int TASK_ROWS = 96;
    private static final int TASK_COLUMNS = 256;

    private static final int ROWS = Tiles.ROWS;
    private static final int COLUMNS = Tiles.COLUMNS;

    /** One row of zeros, as wide as a tile: where fresh accumulators start. */
    @SuppressWarnings("MustBeClosedChecker") // lives as long as the class
    private static final long ZEROS = Arena.global().allocate(COLUMNS * 4L, 64).address();

    private final GemmArguments g;
    private final int batch;
    private final ThreadTeam team;
    private final PanelSource sourceA;
    private final PanelSource sourceB;

    PackedGemm(GemmArguments g, int batch, ThreadTeam team) {
        this.g = g;
        this.batch = batch;
        this.team = team;
        this.sourceA = new PanelSource(g.a(), g.m(), ROWS);
        this.sourceB = new PanelSource(g.b().transpose(), g.n(), COLUMNS);
    }

    /** The block of the result that is under way, and where its operands lie. */
    private record Block(
            int row,
            int rows,
            int column,
            int columns,
            int k0,
            int k,
            boolean first,
            boolean last,
            long packedA,
            long panelBytesA,
            long packedB,
            long panelBytesB,
            long sums,
            long sumsStride) {}

    void run() {
        int blockRows = Math.min(roundUp(g.m(), ROWS), MAX_ROWS / ROWS * ROWS);
        int blockColumns = Math.min(roundUp(g.n(), COLUMNS), MAX_COLUMNS / COLUMNS * COLUMNS);
        int blockK = Math.min(g.k(), MAX_K);
        long panelBytesA = PanelSource.panelBytes(ROWS, blockK);
        long panelBytesB = PanelSource.panelBytes(COLUMNS, blockK);
        long bytesA = blockRows / ROWS * panelBytesA;
        long bytesB = blockColumns / COLUMNS * panelBytesB;
        boolean inPlace = g.sumsInPlace();
        long sumsStride = inPlace ? g.c().rowStride() * 4 : blockColumns * 4L + 64;
        long bytesSums = inPlace ? 0 : blockRows * sumsStride;
        boolean oneK = g.k() <= blockK;
        boolean oneRowBlock = g.m() <= blockRows;
        try (HostBuffer buffer = team.scratch().allocate(bytesA + bytesB + bytesSums)) {
            long packedA = buffer.address();
            long packedB = packedA + bytesA;
            for (int column = 0; column < g.n(); column += blockColumns) {
                int columns = Math.min(blockColumns, g.n() - column);
                for (int row = 0; row < g.m(); row += blockRows) {
                    int rows = Math.min(blockRows, g.m() - row);
                    int k0 = 0;
                    do {
                        int k = Math.min(blockK, g.k() - k0);
                        Block block = new Block(
                                row,
                                rows,
                                column,
                                columns,
                                k0,
                                k,
                                k0 == 0,
                                k0 + k == g.k(),
                                packedA,
                                panelBytesA,
                                packedB,
                                panelBytesB,
                                inPlace ? g.c().addressOf(row, column) : packedB + bytesB,
                                sumsStride);
                        boolean packA = !(oneK && oneRowBlock && column > 0);
                        boolean packB = !(oneK && row > 0);
                        pack(block, packA, packB);
                        multiply(block);
                        k0 += k;
                    } while (k0 < g.k());
                }
            }
        }
    }

    private static int roundUp(int value, int unit) {
        return (int) Math.min(((long) value + unit - 1) / unit * unit, Integer.MAX_VALUE / unit * unit);
    }

    /** Floats a packing chunk reads: some tens of microseconds, so that the team shares evenly. */
    private static final int PACK_FLOATS = 64 << 10;

    private void pack(Block block, boolean packA, boolean packB) {
        int panelsA = packA ? (block.rows + ROWS - 1) / ROWS : 0;
        int panelsB = packB ? (block.columns + COLUMNS - 1) / COLUMNS : 0;
        int eachA = Math.max(1, Math.min(128 / ROWS, PACK_FLOATS / Math.max(1, block.k * ROWS)));
        int eachB = Math.max(1, Math.min(256 / COLUMNS, PACK_FLOATS / Math.max(1, block.k * COLUMNS)));
        int chunksA = (panelsA + eachA - 1) / eachA;
        int chunksB = (panelsB + eachB - 1) / eachB;
        int panelA0 = block.row / ROWS;
        int panelB0 = block.column / COLUMNS;
        team.run(chunksA + chunksB, chunk -> {
            boolean isA = chunk < chunksA;
            PanelSource source = isA ? sourceA : sourceB;
            int each = isA ? eachA : eachB;
            int from = (isA ? chunk : chunk - chunksA) * each;
            int to = Math.min(from + each, isA ? panelsA : panelsB);
            long panelBytes = isA ? block.panelBytesA : block.panelBytesB;
            long target = (isA ? block.packedA : block.packedB) + from * panelBytes;
            int panel0 = isA ? panelA0 : panelB0;
            try (HostBuffer buffer = team.scratch().allocate(PanelSource.bufferBytes(each, source.width()))) {
                source.pack(panel0 + from, panel0 + to, block.k0, block.k, target, panelBytes, buffer.address());
            }
        });
    }

    private void multiply(Block block) {
        int panelsA = (block.rows + ROWS - 1) / ROWS;
        int panelsB = (block.columns + COLUMNS - 1) / COLUMNS;
        int down = pieces(panelsA, TASK_ROWS / ROWS);
        int across = pieces(panelsB, Math.max(1, TASK_COLUMNS / COLUMNS));
        team.run(down * across, task -> {
            int i = task % down;
            int j = task / down;
            try (HostBuffer edge = team.scratch().allocate(ROWS * COLUMNS * 4L)) {
                task(
                        block,
                        (int) ((long) panelsA * i / down),
                        (int) ((long) panelsA * (i + 1) / down),
                        (int) ((long) panelsB * j / across),
                        (int) ((long) panelsB * (j + 1) / across),
                        edge.address());
            }
        });
    }

    private static int pieces(int panels, int each) {
        return (panels + each - 1) / each;
    }

    private void task(Block b, int fromA, int toA, int fromB, int toB, long edge) {
        int row = fromA * ROWS;
        int rows = Math.min(toA * ROWS, b.rows) - row;
        int column = fromB * COLUMNS;
        int columns = Math.min(toB * COLUMNS, b.columns) - column;
        if (b.first && g.accumulate() && !g.sumsInPlace()) {
            loadSums(b, row, rows, column, columns);
        }
        int p = 0;
        do {
            int k = Math.min(TASK_K, b.k - p);
            boolean fresh = b.first && p == 0 && !g.accumulate();
            for (int j = fromB; j < toB; j++) {
                for (int i = fromA; i < toA; i++) {
                    tile(b, i, j, p, k, fresh, edge);
                }
            }
            p += k;
        } while (p < b.k);
        if (b.last) {
            finish(b, row, rows, column, columns);
        }
    }

    private void tile(Block b, int i, int j, int p, int k, boolean fresh, long edge) {
        long a = b.packedA + i * b.panelBytesA + (long) p * ROWS * 4;
        long panel = b.packedB + j * b.panelBytesB + (long) p * COLUMNS * 4;
        long c = b.sums + i * ROWS * b.sumsStride + j * COLUMNS * 4L;
        int rows = Math.min(ROWS, b.rows - i * ROWS);
        int columns = Math.min(COLUMNS, b.columns - j * COLUMNS);
        if (rows == ROWS && columns == COLUMNS) {
            Tiles.run(k, a, panel, COLUMNS * 4, fresh ? ZEROS : c, fresh ? 0 : b.sumsStride, c, b.sumsStride);
            return;
        }
        if (!fresh) {
            copy(c, b.sumsStride, edge, COLUMNS * 4L, rows, columns);
        }
        Tiles.run(k, a, panel, COLUMNS * 4, fresh ? ZEROS : edge, fresh ? 0 : COLUMNS * 4, edge, COLUMNS * 4);
        copy(edge, COLUMNS * 4L, c, b.sumsStride, rows, columns);
    }

    private static void copy(long from, long fromStride, long to, long toStride, int rows, int columns) {
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                OffHeap.setFloat(to + r * toStride + c * 4L, OffHeap.getFloat(from + r * fromStride + c * 4L));
            }
        }
    }

    private void loadSums(Block b, int row, int rows, int column, int columns) {
        MatrixView c = g.c();
        for (int r = row; r < row + rows; r++) {
            long from = c.addressOf(b.row + r, b.column + column);
            long to = b.sums + r * b.sumsStride + column * 4L;
            if (c.columnStride() == 1) {
                FloatLines.read(c.type(), from, columns, to);
            } else {
                FloatLines.readStrided(c.type(), from, c.columnStride(), columns, to);
            }
        }
    }

    private void finish(Block b, int row, int rows, int column, int columns) {
        RowEpilogue epilogue = g.epilogue();
        boolean inPlace = g.sumsInPlace();
        if (epilogue == null && inPlace) {
            return;
        }
        MatrixView c = g.c();
        for (int r = row; r < row + rows; r++) {
            long values = b.sums + r * b.sumsStride + column * 4L;
            if (epilogue != null) {
                epilogue.apply(values, batch, b.row + r, b.column + column, columns);
            }
            if (!inPlace) {
                long to = c.addressOf(b.row + r, b.column + column);
                FloatLines.write(c.type(), values, columns, to, c.columnStride());
            }
        }
    }
}
