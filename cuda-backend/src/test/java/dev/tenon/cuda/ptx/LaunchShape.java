package dev.tenon.cuda.ptx;

/**
 * Blocks of a grid and threads of a block.
 *
 * @param sharedBytes that a block has beyond what its kernel declares
 */
public record LaunchShape(
        int blocksX, int blocksY, int blocksZ, int threadsX, int threadsY, int threadsZ, int sharedBytes) {
    int threads() {
        return threadsX * threadsY * threadsZ;
    }
}
