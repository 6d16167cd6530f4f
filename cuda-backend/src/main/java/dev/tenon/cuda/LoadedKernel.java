package dev.tenon.cuda;

import dev.tenon.cuda.op.GridLimits;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.kernels.cuda.CudaLaunch;
import dev.tenon.kernels.plan.Launch;

/**
 * A kernel of a loaded module.
 *
 * @param function the driver's handle
 * @param largestBlock threads that a block of it can have: fewer where it has many registers
 */
record LoadedKernel(String name, long function, int largestBlock) {
    /**
     * The grid of a launch.
     *
     * @throws InvalidArgumentException for more blocks or threads than the device has
     */
    Driver.Grid grid(Launch launch) {
        return grid(launch.groups(), launch.items(), launch.localBytes());
    }

    /**
     * The grid of a launch.
     *
     * @throws InvalidArgumentException for more blocks or threads than the device has
     */
    Driver.Grid grid(CudaLaunch launch) {
        return grid(
                new long[] {launch.gridX(), launch.gridY(), launch.gridZ()},
                new long[] {launch.threads()},
                launch.sharedBytes());
    }

    private Driver.Grid grid(long[] blocks, long[] threads, long sharedBytes) {
        long items = 1;
        for (long count : threads) {
            items = Math.multiplyExact(items, count);
        }
        if (items > largestBlock) {
            throw new InvalidArgumentException(
                    "kernel " + name + ": a block of " + items + " threads; it can have " + largestBlock + " at most");
        }
        return new Driver.Grid(
                blocks(blocks, 0),
                blocks(blocks, 1),
                blocks(blocks, 2),
                (int) at(threads, 0),
                (int) at(threads, 1),
                (int) at(threads, 2),
                (int) sharedBytes);
    }

    private int blocks(long[] blocks, int axis) {
        long count = at(blocks, axis);
        if (count > GridLimits.most(axis)) {
            throw new InvalidArgumentException("kernel " + name + ": " + count + " blocks along axis " + axis
                    + "; CUDA has " + GridLimits.most(axis) + " at most");
        }
        return (int) count;
    }

    private static long at(long[] sizes, int axis) {
        return axis < sizes.length ? sizes[axis] : 1;
    }
}
