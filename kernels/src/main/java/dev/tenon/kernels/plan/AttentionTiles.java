package dev.tenon.kernels.plan;

import java.util.Optional;

/**
 * The sizes of attention's tiles.
 *
 * @param rows of queries a group has
 * @param keys that it takes at a time
 * @param group its work items
 */
record AttentionTiles(int rows, int keys, int group) {
    private static final int[][] SIZES = {
        {64, 32}, {32, 32}, {16, 32}, {16, 16}, {8, 16}, {4, 16}, {4, 8}, {2, 4}, {1, 2}, {1, 1}
    };
    private static final int MOST_ROWS_FOR_GROUPS = 16;
    private static final int ITEMS = 128;

    /** For the forward kernel: the largest whose operands fit into local memory; few rows get no more than they need. */
    static Optional<AttentionTiles> forward(AttentionProblem problem, DeviceTraits device) {
        long padded = (problem.valueSize() + 15) / 16 * 16L;
        for (int[] size : SIZES) {
            long rows = size[0];
            long keys = size[1];
            long numbers = rows * problem.headSize()
                    + keys * Math.max(problem.headSize(), padded)
                    + rows * keys
                    + rows * padded
                    + 3 * rows;
            boolean suits = rows <= MOST_ROWS_FOR_GROUPS || device.cpu();
            boolean needed = rows < 2 * Math.max(1, problem.rows()) || size[0] == 1;
            if (suits && needed && numbers * problem.bytes() <= device.localBytes()) {
                return Optional.of(of(size, device));
            }
        }
        return Optional.empty();
    }

    /** For the gradient's kernels. */
    static Optional<AttentionTiles> backward(AttentionProblem problem, DeviceTraits device) {
        for (int[] size : SIZES) {
            long rows = Math.min(size[0], MOST_ROWS_FOR_GROUPS);
            long keys = Math.min(size[1], MOST_ROWS_FOR_GROUPS);
            long sizes = problem.headSize() + (long) problem.valueSize();
            long numbers = (rows + 2 * keys) * sizes + rows * problem.headSize() + 2 * rows * keys;
            if (numbers * problem.bytes() <= device.localBytes()) {
                return Optional.of(of(new int[] {(int) rows, (int) keys}, device));
            }
        }
        return Optional.empty();
    }

    private static AttentionTiles of(int[] size, DeviceTraits device) {
        int group = device.cpu() ? 1 : Math.min(ITEMS, Integer.highestOneBit(device.largestGroup()));
        return new AttentionTiles(size[0], size[1], group);
    }

    String defines() {
        return " ROWS=" + rows + " TILE=" + keys + " GROUP=" + group + " BLOCK=" + Math.min(4, rows);
    }
}
