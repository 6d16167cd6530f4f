package dev.tenon.kernels.plan;

/**
 * What kernels' tiles and groups are chosen by.
 *
 * @param backend the backend's name, under which a custom operator brings an implementation
 * @param cpu whether a group is a loop on one core, so that vectors are within a work item and barriers cost
 * @param fp64 whether there is double precision
 * @param computeUnits how many groups run at once at least
 * @param localBytes of local memory a group can have
 * @param largestGroup work items that a group can have
 * @param tuning what is chosen within these limits
 * @param ahead whether programs are compiled ahead of time: then what has many values (functions of an epilogue, sizes of heads
 *     and tiles, operands that may be absent) is an argument and not a macro, and the tuning is what they were compiled for
 */
public record DeviceTraits(
        String backend,
        boolean cpu,
        boolean fp64,
        int computeUnits,
        long localBytes,
        int largestGroup,
        Tuning tuning,
        boolean ahead) {
    /** @throws dev.tenon.error.InvalidArgumentException if the limits do not allow the tuning */
    public DeviceTraits {
        tuning.require(localBytes, largestGroup);
    }

    /** With what the limits alone suggest. */
    public DeviceTraits(
            String backend, boolean cpu, boolean fp64, int computeUnits, long localBytes, int largestGroup) {
        this(
                backend,
                cpu,
                fp64,
                computeUnits,
                localBytes,
                largestGroup,
                Tuning.defaults(cpu, localBytes, largestGroup),
                false);
    }

    /** @throws dev.tenon.error.InvalidArgumentException if the limits do not allow the tuning */
    public DeviceTraits with(Tuning other) {
        return new DeviceTraits(backend, cpu, fp64, computeUnits, localBytes, largestGroup, other, ahead);
    }

    /** With programs that are compiled ahead of time. */
    public DeviceTraits compiledAhead() {
        return new DeviceTraits(backend, cpu, fp64, computeUnits, localBytes, largestGroup, tuning, true);
    }

    /** Work items of a group that has a row, of which it writes each element. */
    public int rowGroup() {
        return tuning.get(Setting.ROW_GROUP);
    }

    /** Work items of a group that reduces. */
    public int reduceGroup() {
        return tuning.get(Setting.REDUCE_GROUP);
    }
}
