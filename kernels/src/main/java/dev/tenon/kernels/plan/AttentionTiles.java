package dev.tenon.kernels.plan;

import java.util.Optional;

/**
 * The sizes of attention's tiles.
 *
 * @param rows of queries a group has
 * @param keys that it takes at a time
 * @param group its work items
 * @param localBytes of local memory that they need
 */
record AttentionTiles(int rows, int keys, int group, long localBytes) {
    /** How much local memory kernels that are compiled ahead of time may ask for: as in attention.h. */
    private static final long AHEAD_LOCAL_BYTES = 48 << 10;

    /** Queries and keys of the gradient's tiles: of both it keeps sums too. */
    private static final int MOST_OF_GRADIENT = 16;

    /** What a tile of these sizes keeps in local memory. */
    @FunctionalInterface
    private interface Numbers {
        long of(long rows, long keys);
    }

    /** For the forward kernel: the largest whose operands fit into local memory; few rows get no more than they need. */
    static Optional<AttentionTiles> forward(AttentionProblem problem, DeviceTraits device) {
        long padded = (problem.valueSize() + 15) / 16 * 16L;
        int rows = device.tuning().get(Setting.ATTENTION_ROWS);
        while (rows > 1 && rows >= 2 * problem.rows()) {
            rows /= 2;
        }
        return fitting(
                rows,
                device.tuning().get(Setting.ATTENTION_KEYS),
                problem,
                device,
                (r, k) ->
                        r * problem.headSize() + k * Math.max(problem.headSize(), padded) + r * k + r * padded + 3 * r);
    }

    /** For the gradient's kernels. */
    static Optional<AttentionTiles> backward(AttentionProblem problem, DeviceTraits device) {
        long sizes = problem.headSize() + (long) problem.valueSize();
        return fitting(
                Math.min(device.tuning().get(Setting.ATTENTION_ROWS), MOST_OF_GRADIENT),
                Math.min(device.tuning().get(Setting.ATTENTION_KEYS), MOST_OF_GRADIENT),
                problem,
                device,
                (r, k) -> (r + 2 * k) * sizes + r * problem.headSize() + 2 * r * k);
    }

    /** The first that fits, rows and keys being halved in turn. */
    private static Optional<AttentionTiles> fitting(
            int rows, int keys, AttentionProblem problem, DeviceTraits device, Numbers numbers) {
        long most = device.ahead() ? Math.min(device.localBytes(), AHEAD_LOCAL_BYTES) : device.localBytes();
        while (numbers.of(rows, keys) * problem.bytes() > most) {
            if (rows == 1 && keys == 1) {
                return Optional.empty();
            }
            // Rows first, down to what still shares each key well; then keys, down to what vectors are made of.
            if (rows > 16 || rows > 4 && keys <= 16 || keys <= 8 && rows > 1) {
                rows /= 2;
            } else {
                keys /= 2;
            }
        }
        return Optional.of(new AttentionTiles(
                rows, keys, device.tuning().get(Setting.ATTENTION_GROUP), numbers.of(rows, keys) * problem.bytes()));
    }

    /** The macros of a program that is compiled ahead of time, whose tiles are arguments. */
    String aheadDefines() {
        return " AHEAD GROUP=" + group;
    }

    String defines() {
        return " ROWS=" + rows + " TILE=" + keys + " GROUP=" + group + " BLOCK=" + Math.min(4, rows);
    }
}
