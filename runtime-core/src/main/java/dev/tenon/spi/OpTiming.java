package dev.tenon.spi;

/**
 * The times of one operator in a queue, known when the device has run it. It may hold objects of the driver, so the runtime
 * resolves each one exactly once; that works after the stream was closed too.
 */
public interface OpTiming {
    /** Whether the operator has run, so that {@link #resolve} would not wait. */
    boolean isDone();

    /** Which kernels the device chose for the operator, and why: for a profile, after the operands. Empty where it says nothing. */
    default String choice() {
        return "";
    }

    /**
     * Waits until the operator has run, and gives back what measuring it took.
     *
     * @throws dev.tenon.error.TenonException if the operator failed on the device
     */
    OpTimes resolve();

    /** Times that are known already. */
    static OpTiming of(OpTimes times) {
        return new OpTiming() {
            @Override
            public boolean isDone() {
                return true;
            }

            @Override
            public OpTimes resolve() {
                return times;
            }
        };
    }
}
