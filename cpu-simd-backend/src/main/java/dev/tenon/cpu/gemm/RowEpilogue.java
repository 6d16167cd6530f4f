package dev.tenon.cpu.gemm;

/** What is done to finished sums before they are stored: bias, activation, residual. Applied while they are in cache. */
@FunctionalInterface
public interface RowEpilogue {
    /**
     * Changes {@code count} finished sums in place. Runs at the same time for other parts of the result.
     *
     * @param values address of {@code count} contiguous F32 values
     * @param batch which product of a batch, 0 where there is one
     * @param row row of the result
     * @param column column of the first value
     */
    void apply(long values, int batch, int row, int column, int count);
}
