package dev.tenon.kernels.plan;

import dev.tenon.error.InvalidArgumentException;
import java.util.List;
import java.util.Optional;

/**
 * What kernels' tiles and groups are chosen by.
 *
 * @param backend the backend's name, under which a custom operator brings an implementation
 * @param cpu whether a group is a loop on one core, so that vectors are within a work item and barriers cost
 * @param fp64 whether there is double precision
 * @param computeUnits how many groups run at once at least
 * @param localBytes of local memory a group can have
 * @param largestGroup work items that a group can have
 * @param subGroups sizes that sub-groups can have, ascending; empty where there are none
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
        List<Integer> subGroups,
        Tuning tuning,
        boolean ahead) {
    /** The macro of kernels that use sub-groups, with their size; a compiler may have to be told. */
    public static final String SUB_GROUPS = "SUB_GROUPS";

    /** @throws dev.tenon.error.InvalidArgumentException if the limits do not allow the tuning */
    public DeviceTraits {
        subGroups = List.copyOf(subGroups);
        refusal(tuning, cpu, localBytes, largestGroup, subGroups, ahead).ifPresent(refusal -> {
            throw new InvalidArgumentException(refusal.setting().label() + ": " + refusal.reason());
        });
    }

    /** With what the limits alone suggest. */
    public DeviceTraits(
            String backend,
            boolean cpu,
            boolean fp64,
            int computeUnits,
            long localBytes,
            int largestGroup,
            List<Integer> subGroups) {
        this(
                backend,
                cpu,
                fp64,
                computeUnits,
                localBytes,
                largestGroup,
                subGroups,
                Tuning.defaults(cpu, localBytes, largestGroup, subGroups),
                false);
    }

    /** @throws dev.tenon.error.InvalidArgumentException if the limits do not allow the tuning */
    public DeviceTraits with(Tuning other) {
        return new DeviceTraits(backend, cpu, fp64, computeUnits, localBytes, largestGroup, subGroups, other, ahead);
    }

    /** With programs that are compiled ahead of time. */
    public DeviceTraits compiledAhead() {
        return new DeviceTraits(backend, cpu, fp64, computeUnits, localBytes, largestGroup, subGroups, tuning, true);
    }

    /** The first setting that the device does not take; empty if it takes all. */
    public Optional<Tuning.Refusal> refusal(Tuning other) {
        return refusal(other, cpu, localBytes, largestGroup, subGroups, ahead);
    }

    private static Optional<Tuning.Refusal> refusal(
            Tuning tuning, boolean cpu, long localBytes, int largestGroup, List<Integer> subGroups, boolean ahead) {
        Optional<Tuning.Refusal> here = tuning.refusal(localBytes, largestGroup, subGroups);
        return here.isPresent() || !ahead
                ? here
                : tuning.refusalAhead(Tuning.defaults(cpu, localBytes, largestGroup, subGroups));
    }

    /** Work items at most of a group that has a row, of which it writes each element. */
    public int rowGroup() {
        return tuning.get(Setting.ROW_GROUP);
    }

    /** Work items of a group that reduces. */
    public int reduceGroup() {
        return tuning.get(Setting.REDUCE_GROUP);
    }

    /** What memory must begin on a multiple of, in bytes: the widest access of a kernel. */
    public int memoryAlignment() {
        return tuning.get(Setting.VECTOR_BYTES) == 1 ? 1 : Vectors.MOST_BYTES;
    }

    /** The macros of group.h, for a group of so many items (at most, where programs are compiled ahead of time). */
    String groupDefines(int group) {
        return " GROUP=" + group + (ahead ? " AHEAD" : "") + subGroupDefines(group);
    }

    /** The macro that lets a group of so many items reduce through sub-groups, with a space before it; empty if it does not. */
    String subGroupDefines(int group) {
        int size = tuning.get(Setting.SUB_GROUP);
        return size == 0 || group < size ? "" : " " + SUB_GROUPS + "=" + size;
    }
}
