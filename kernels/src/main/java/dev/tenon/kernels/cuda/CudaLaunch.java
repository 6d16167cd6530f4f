package dev.tenon.kernels.cuda;

import java.util.List;

/**
 * A kernel with its arguments, in the order of its parameters.
 *
 * @param gridX blocks, up to 2^31 - 1
 * @param gridY blocks, up to 65535
 * @param gridZ blocks, up to 65535
 * @param threads of a block, along x
 * @param sharedBytes of dynamic shared memory; past 48 KiB the function's attribute must be raised first
 */
public record CudaLaunch(
        CudaKernel kernel,
        List<CudaArgument> arguments,
        long gridX,
        long gridY,
        long gridZ,
        int threads,
        int sharedBytes) {
    /** The largest grid along y and z. */
    static final int MOST_BLOCKS_YZ = 65535;
}
