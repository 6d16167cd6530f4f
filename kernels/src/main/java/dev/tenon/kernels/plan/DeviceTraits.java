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
 */
public record DeviceTraits(
        String backend, boolean cpu, boolean fp64, int computeUnits, long localBytes, int largestGroup) {
    /** Work items of a group that reduces a row. */
    public int rowGroup() {
        return cpu ? 64 : Math.min(256, Integer.highestOneBit(largestGroup));
    }
}
