package dev.tenon.cpu.plan;

/** Computes one row: the elements along the last axis. */
@FunctionalInterface
public interface RowKernel {
    /**
     * @param at each operand's row, in the order the loop was given them; rows are contiguous and of the loop's domain
     * @param n the first operand's row length
     * @param row the row's number, in row-major order
     */
    void run(long[] at, int n, long row);

    /** A kernel to which all rows are alike. */
    @FunctionalInterface
    interface Plain {
        void run(long[] at, int n);

        default RowKernel numbered() {
            return (at, n, row) -> run(at, n);
        }
    }
}
