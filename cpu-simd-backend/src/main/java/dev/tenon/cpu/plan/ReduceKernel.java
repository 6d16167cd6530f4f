package dev.tenon.cpu.plan;

/** A reduction of contiguous elements of one domain. */
public interface ReduceKernel {
    Domain domain();

    /** What no elements give, as the accumulator's bits: those of an F64, or an integer in the I64 domain. */
    long empty();

    /** Two accumulators combined. */
    long combine(long a, long b);

    /** {@code n} elements, at least one, reduced to an accumulator. */
    long row(long address, int n);

    /**
     * Combines {@code n} elements into {@code n} accumulators of the domain's type; in the F32 domain {@code n} is a whole
     * number of vectors.
     */
    void column(long address, long accumulators, int n);

    /** An accumulator of {@link #column} in the F32 domain that has seen nothing. */
    float emptyColumn();

    /** What the reduction of {@code count} elements gives, from its accumulator. */
    long finish(long accumulator, long count);
}
