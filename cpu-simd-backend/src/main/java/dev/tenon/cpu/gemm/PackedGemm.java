package dev.tenon.cpu.gemm;

import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.thread.ChunkTask;
import dev.tenon.cpu.thread.ThreadTeam;
import dev.tenon.memory.HostBuffer;
import java.lang.foreign.Arena;

/**
 * The blocked product: panels of A and B are packed by the whole team, then tasks, each a block of C small enough to stay
 * in its core's second-level cache, run all of the packed k over their block.
 *
 * <p>Loops, outermost first: columns by {@link #MAX_COLUMNS}, rows by {@link #MAX_ROWS}, k by {@link #MAX_K} (these bound
 * the packed copies to 16 MiB each); then tasks; in a task k by {@link #TASK_K}, so that a panel of B (16 KiB with
 * 256-bit vectors, 32 with 512) stays in the first-level cache while the task's panels of A pass by.
 */
final class PackedGemm {
    private static final int MAX_ROWS = 2048;
    private static final int MAX_COLUMNS = 2048;
    private static final int MAX_K = 2048;

    private static final int TASK_K = 256;
    private static final int TASK_ROWS = 192;
    private static final int TASK_COLUMNS = 128;

    /** Multiply-adds worth a task of their own, a microsecond or so. */
    private static final double TASK_WORK = 64 << 10;

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
    private final boolean small;

    PackedGemm(GemmArguments g, int batch, ThreadTeam team) {
        this.g = g;
        this.batch = batch;
        this.team = team;
        this.sourceA = new PanelSource(g.a(), g.m(), ROWS);
        this.sourceB = new PanelSource(g.b().transpose(), g.n(), COLUMNS);
        this.small = (double) g.m() * g.n() * g.k() < 2 * TASK_WORK;
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
            int panelK,
            long packedA,
            long packedB,
            long sums,
            long sumsStride) {}

    void run() {
        int blockRows = Math.min(roundUp(g.m(), ROWS), MAX_ROWS / ROWS * ROWS);
        int blockColumns = Math.min(roundUp(g.n(), COLUMNS), MAX_COLUMNS / COLUMNS * COLUMNS);
        int blockK = Math.min(g.k(), MAX_K);
        int panelK = blockK;
        long bytesA = blockRows / ROWS * PanelSource.panelBytes(ROWS, panelK);
        long bytesB = blockColumns / COLUMNS * PanelSource.panelBytes(COLUMNS, panelK);
        boolean inPlace = g.sumsInPlace();
        long sumsStride = inPlace ? g.c().rowStride() * 4 : blockColumns * 4L + 64;
        boolean oneK = g.k() <= blockK;
        long bytesSums = inPlace || oneK && blockK > TASK_K ? 0 : blockRows * sumsStride;
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
                                panelK,
                                packedA,
                                packedB,
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

    /** Rows or columns, and steps of k, that a packing chunk reads: lines of 2 KiB or 1 KiB, some 100 microseconds of work. */
    private static final int PACK_EXTENT = 512;

    private static final int PACK_K = 256;

    private void pack(Block block, boolean packA, boolean packB) {
        int panelsA = packA ? pieces(block.rows, ROWS) : 0;
        int panelsB = packB ? pieces(block.columns, COLUMNS) : 0;
        int stretches = Math.max(1, pieces(block.k, PACK_K));
        int eachA = panelsInChunk(panelsA, PACK_EXTENT / ROWS, 1);
        int eachB = panelsInChunk(panelsB, PACK_EXTENT / COLUMNS, stretches);
        int chunksA = pieces(panelsA, eachA);
        int chunksB = pieces(panelsB, eachB) * stretches;
        dispatch(chunksA + chunksB, chunk -> {
            if (chunk < chunksA) {
                int panel = chunk * eachA;
                int count = Math.min(eachA, panelsA - panel);
                // One chunk goes through all of k: with six rows each stretch runs over into the next one's first step.
                for (int stretch = 0; stretch < stretches; stretch++) {
                    packChunk(sourceA, block.row / ROWS, panel, count, stretch, block, block.packedA);
                }
            } else {
                int panel = (chunk - chunksA) / stretches * eachB;
                int count = Math.min(eachB, panelsB - panel);
                int stretch = (chunk - chunksA) % stretches;
                packChunk(sourceB, block.column / COLUMNS, panel, count, stretch, block, block.packedB);
            }
        });
    }

    /** As many panels as make good chunks, fewer where there would be too few chunks for the team. */
    private int panelsInChunk(int panels, int most, int stretches) {
        int wanted = small ? 1 : pieces(2 * team.size(), stretches);
        return Math.max(1, Math.min(most, panels / wanted));
    }

    private void packChunk(
            PanelSource source, int panel0, int panel, int count, int stretch, Block block, long packed) {
        int width = source.width();
        long panelBytes = PanelSource.panelBytes(width, block.panelK);
        int p = stretch * PACK_K;
        int k = Math.min(PACK_K, block.k - p);
        long to = packed + panel * panelBytes + (long) p * width * 4;
        try (HostBuffer buffer = team.scratch().allocate(PanelSource.bufferBytes(count, width))) {
            int first = panel0 + panel;
            source.pack(first, first + count, block.k0 + p, k, to, panelBytes, buffer.address());
        }
    }

    private void multiply(Block block) {
        int panelsA = pieces(block.rows, ROWS);
        int panelsB = pieces(block.columns, COLUMNS);
        int[] grid = grid(panelsA, panelsB, block.k);
        int down = grid[0];
        int across = grid[1];
        dispatch(down * across, task -> {
            int i = task % down;
            int j = task / down;
            int fromA = (int) ((long) panelsA * i / down);
            int toA = (int) ((long) panelsA * (i + 1) / down);
            int fromB = (int) ((long) panelsB * j / across);
            int toB = (int) ((long) panelsB * (j + 1) / across);
            new Task(block, fromA, toA, fromB, toB).run();
        });
    }

    /** Tasks down and across: none larger than a cache takes, and enough of them for the team where there is the work. */
    private int[] grid(int panelsA, int panelsB, int k) {
        int down = pieces(panelsA, TASK_ROWS / ROWS);
        int across = pieces(panelsB, Math.max(1, TASK_COLUMNS / COLUMNS));
        double work = (double) panelsA * ROWS * panelsB * COLUMNS * k;
        int wanted = (int) Math.min(3.0 * team.size(), work / TASK_WORK);
        while (down * across < wanted && (down < panelsA || across < panelsB)) {
            boolean tall = (long) panelsA * ROWS * across > (long) panelsB * COLUMNS * down;
            if (down < panelsA && (tall || across == panelsB)) {
                down++;
            } else {
                across++;
            }
        }
        return new int[] {down, across};
    }

    /** Runs chunks on the team, or here where waking it would take as long as the work. */
    private void dispatch(int chunks, ChunkTask task) {
        if (small) {
            for (int i = 0; i < chunks; i++) {
                task.run(i);
            }
        } else {
            team.run(chunks, task);
        }
    }

    private static int pieces(int whole, int each) {
        return (whole + each - 1) / each;
    }

    /**
     * Panels of the packed operands, multiplied by one member of the team.
     *
     * <p>Where k takes several passes, the sums stay in a buffer in the second-level cache until they are done: C is not read
     * back again and again, and its stride, a power of two often enough, does not throw a tile's rows out of the cache.
     */
    private final class Task {
        private final Block b;
        private final int fromA;
        private final int toA;
        private final int fromB;
        private final int toB;
        private final int row;
        private final int rows;
        private final int column;
        private final int columns;
        private final boolean local;

        Task(Block b, int fromA, int toA, int fromB, int toB) {
            this.b = b;
            this.fromA = fromA;
            this.toA = toA;
            this.fromB = fromB;
            this.toB = toB;
            row = fromA * ROWS;
            rows = Math.min(toA * ROWS, b.rows) - row;
            column = fromB * COLUMNS;
            columns = Math.min(toB * COLUMNS, b.columns) - column;
            local = b.k > TASK_K;
        }

        void run() {
            long stride = local ? (toB - fromB) * COLUMNS * 4L + 64 : b.sumsStride;
            long bytes = local ? (toA - fromA) * ROWS * stride : ROWS * COLUMNS * 4L;
            try (HostBuffer buffer = team.scratch().allocate(bytes)) {
                long sums = local ? buffer.address() : b.sums + row * b.sumsStride + column * 4L;
                boolean fresh = b.first && !g.accumulate();
                if (!fresh && (local || !g.sumsInPlace() && b.first)) {
                    load(sums, stride);
                }
                int p = 0;
                do {
                    int k = Math.min(TASK_K, b.k - p);
                    for (int j = fromB; j < toB; j++) {
                        if (local) {
                            tilesDown(j, p, k, fresh, sums, stride);
                        } else {
                            for (int i = fromA; i < toA; i++) {
                                tile(i, j, p, k, fresh, sums, stride, buffer.address());
                            }
                        }
                    }
                    fresh = false;
                    p += k;
                } while (p < b.k);
                if (b.last) {
                    finish(sums, stride);
                } else if (local) {
                    for (int r = 0; r < rows; r++) {
                        OffHeap.copy(sums + r * stride, b.sums + (row + r) * b.sumsStride + column * 4L, columns * 4L);
                    }
                }
            }
        }

        private long panelA(int i, int p) {
            return b.packedA + i * PanelSource.panelBytes(ROWS, b.panelK) + (long) p * ROWS * 4;
        }

        private long panelB(int j, int p) {
            return b.packedB + j * PanelSource.panelBytes(COLUMNS, b.panelK) + (long) p * COLUMNS * 4;
        }

        /** The sums have room for whole tiles, so all of the task's go at once. */
        private void tilesDown(int j, int p, int k, boolean fresh, long sums, long stride) {
            long c = sums + (j - fromB) * COLUMNS * 4L;
            long panelBytes = PanelSource.panelBytes(ROWS, b.panelK);
            long from = fresh ? ZEROS : c;
            Tiles.runDown(
                    toA - fromA, panelBytes, k, panelA(fromA, p), panelB(j, p), from, fresh ? 0 : stride, c, stride);
        }

        private void tile(int i, int j, int p, int k, boolean fresh, long sums, long stride, long edge) {
            long a = panelA(i, p);
            long panel = panelB(j, p);
            long c = sums + (i - fromA) * ROWS * stride + (j - fromB) * COLUMNS * 4L;
            int tileRows = Math.min(ROWS, b.rows - i * ROWS);
            int tileColumns = Math.min(COLUMNS, b.columns - j * COLUMNS);
            if (tileRows == ROWS && tileColumns == COLUMNS) {
                Tiles.run(k, a, panel, fresh ? ZEROS : c, fresh ? 0 : stride, c, stride);
                return;
            }
            if (!fresh) {
                copy(c, stride, edge, COLUMNS * 4L, tileRows, tileColumns);
            }
            Tiles.run(k, a, panel, fresh ? ZEROS : edge, fresh ? 0 : COLUMNS * 4, edge, COLUMNS * 4);
            copy(edge, COLUMNS * 4L, c, stride, tileRows, tileColumns);
        }

        /** What the sums start from: C's content, or what earlier steps of k have left. */
        private void load(long sums, long stride) {
            MatrixView c = g.c();
            for (int r = 0; r < rows; r++) {
                long to = sums + r * stride;
                if (!b.first) {
                    OffHeap.copy(b.sums + (row + r) * b.sumsStride + column * 4L, to, columns * 4L);
                } else if (c.columnStride() == 1) {
                    FloatLines.read(c.type(), c.addressOf(b.row + row + r, b.column + column), columns, to);
                } else {
                    long from = c.addressOf(b.row + row + r, b.column + column);
                    FloatLines.readStrided(c.type(), from, c.columnStride(), columns, to);
                }
            }
        }

        private void finish(long sums, long stride) {
            RowEpilogue epilogue = g.epilogue();
            boolean inPlace = g.sumsInPlace() && !local;
            if (epilogue == null && inPlace) {
                return;
            }
            MatrixView c = g.c();
            for (int r = 0; r < rows; r++) {
                long values = sums + r * stride;
                if (epilogue != null) {
                    epilogue.apply(values, batch, b.row + row + r, b.column + column, columns);
                }
                if (!inPlace) {
                    long to = c.addressOf(b.row + row + r, b.column + column);
                    FloatLines.write(c.type(), values, columns, to, c.columnStride());
                }
            }
        }
    }

    private static void copy(long from, long fromStride, long to, long toStride, int rows, int columns) {
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                OffHeap.setFloat(to + r * toStride + c * 4L, OffHeap.getFloat(from + r * fromStride + c * 4L));
            }
        }
    }
}
