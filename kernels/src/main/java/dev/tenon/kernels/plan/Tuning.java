package dev.tenon.kernels.plan;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A value for each {@link Setting}; immutable. What a device's limits allow is checked by {@link #refusal}. */
public final class Tuning {
    /** The group that defaults give elements, columns and attention's tiles. */
    private static final int GROUP = 128;

    /** A size that GPUs of all makers have, where they have several. */
    private static final int SUB_GROUP = 32;

    /** Sums of a row at least: one alone would round beyond what a sum of a few thousand terms may be off by. */
    private static final int LEAST_SUMS = 16;

    /** What no program has as a macro: it is told by a launch, or chooses one. */
    private static final Set<Setting> OF_LAUNCHES = EnumSet.of(
            Setting.ELEMENT_GROUP,
            Setting.FEW_ROWS,
            Setting.ATTENTION_ROWS,
            Setting.ATTENTION_KEYS,
            Setting.ATTENTION_GROUPS,
            Setting.ATTENTION_PART,
            Setting.REDUCE_ITEMS,
            Setting.REDUCE_PART);

    /** Work items for which an NVIDIA multiprocessor has registers, however many a program takes. */
    private static final int MOST_AHEAD = 256;

    private final int[] values;

    private Tuning(int[] values) {
        this.values = values;
    }

    /**
     * A setting whose value the device does not take.
     *
     * @param reason in words, with the limit
     */
    public record Refusal(Setting setting, String reason) {}

    /**
     * What is chosen by a device's limits alone. Panels of 6 by 32 are 12 of AVX-512's 32 registers; tiles of attention are for a
     * CPU's first-level cache, or for local memory.
     *
     * @param cpu whether a group is a loop on one core
     * @param localBytes of local memory a group can have
     * @param largestGroup work items that a group can have
     * @param subGroups sizes that sub-groups can have
     */
    public static Tuning defaults(boolean cpu, long localBytes, int largestGroup, List<Integer> subGroups) {
        int largest = Integer.highestOneBit(largestGroup);
        int item = 4;
        int depth = 16;
        int tile = 64;
        while (tile > item && ((tile / item) * (tile / item) > largest || tileBytes(tile, depth) > localBytes)) {
            tile /= 2;
        }
        while (depth > 1 && tileBytes(tile, depth) > localBytes) {
            depth /= 2;
        }
        Map<Setting, Integer> chosen = new EnumMap<>(Setting.class);
        chosen.put(Setting.ELEMENT_GROUP, Math.min(GROUP, largest));
        chosen.put(Setting.ROW_GROUP, Math.min(cpu ? 64 : 256, largest));
        chosen.put(Setting.REDUCE_GROUP, Math.min(cpu ? 64 : 256, largest));
        chosen.put(Setting.FEW_ROWS, 8);
        chosen.put(Setting.COLUMN_GROUP, cpu ? 1 : Math.min(64, largest));
        chosen.put(Setting.TILE, tile);
        chosen.put(Setting.TILE_DEPTH, depth);
        chosen.put(Setting.TILE_ITEM, item);
        chosen.put(Setting.PANEL_ROWS, 6);
        chosen.put(Setting.PANEL_COLUMNS, 32);
        chosen.put(Setting.PANEL_MEGABYTES, 32);
        chosen.put(Setting.ATTENTION_ROWS, cpu ? 64 : 16);
        chosen.put(Setting.ATTENTION_KEYS, 32);
        chosen.put(Setting.ATTENTION_GROUP, cpu ? 1 : Math.min(GROUP, largest));
        chosen.put(Setting.ATTENTION_GROUPS, 4);
        chosen.put(Setting.ATTENTION_PART, 128);
        chosen.put(Setting.REDUCE_ITEMS, 2048);
        chosen.put(Setting.REDUCE_PART, 1024);
        // A CPU's items are steps of a loop, which a compiler makes vectors of.
        chosen.put(Setting.SUB_GROUP, cpu || subGroups.isEmpty() ? 0 : subGroup(subGroups));
        chosen.put(Setting.VECTOR_BYTES, cpu ? 1 : 16);
        return new Tuning(new int[Setting.values().length]).with(chosen);
    }

    /** The size that there is most use of, or what the device has. */
    private static int subGroup(List<Integer> sizes) {
        return sizes.contains(SUB_GROUP) ? SUB_GROUP : sizes.getLast();
    }

    /** With other values for some settings. */
    public Tuning with(Map<Setting, Integer> others) {
        int[] changed = values.clone();
        others.forEach((setting, value) -> changed[setting.ordinal()] = value);
        return new Tuning(changed);
    }

    public int get(Setting setting) {
        return values[setting.ordinal()];
    }

    /** The first setting that a device of these limits does not take; empty if it takes all. */
    public Optional<Refusal> refusal(long localBytes, int largestGroup, List<Integer> subGroups) {
        for (Setting setting : Setting.values()) {
            Optional<String> reason =
                    setting.whyNever(get(setting)).or(() -> whyHere(setting, localBytes, largestGroup, subGroups));
            if (reason.isPresent()) {
                return Optional.of(new Refusal(setting, reason.get()));
            }
        }
        return Optional.empty();
    }

    /**
     * The first setting that programs compiled ahead of time do not allow: what is a macro must be what they were compiled with, and a
     * group of elements must have registers for the largest program.
     *
     * @param compiled with which they were compiled
     */
    Optional<Refusal> refusalAhead(Tuning compiled) {
        for (Setting setting : EnumSet.complementOf(EnumSet.copyOf(OF_LAUNCHES))) {
            if (get(setting) != compiled.get(setting)) {
                return Optional.of(new Refusal(
                        setting, "programs are compiled ahead of time for " + compiled.get(setting) + " alone"));
            }
        }
        return get(Setting.ELEMENT_GROUP) > MOST_AHEAD
                ? Optional.of(new Refusal(
                        Setting.ELEMENT_GROUP,
                        "it must be at most " + MOST_AHEAD + " for programs that are compiled ahead of time, not "
                                + get(Setting.ELEMENT_GROUP)))
                : Optional.empty();
    }

    private Optional<String> whyHere(Setting setting, long localBytes, int largestGroup, List<Integer> subGroups) {
        int value = get(setting);
        return switch (setting) {
            case ELEMENT_GROUP -> group(value, largestGroup);
            // A value of eight bytes and an index.
            case ROW_GROUP, REDUCE_GROUP ->
                sums(value, largestGroup).or(() -> group(value, largestGroup)).or(() -> local(16L * value, localBytes));
            case COLUMN_GROUP -> group(value, largestGroup).or(() -> local(8L * Float.BYTES * value, localBytes));
            case TILE -> local(tileBytes(value, get(Setting.TILE_DEPTH)), localBytes);
            case TILE_ITEM -> tileItem(value, largestGroup);
            // Attention takes a smaller tile where the largest does not fit.
            case ATTENTION_GROUP -> group(value, largestGroup);
            case FEW_ROWS, TILE_DEPTH, PANEL_ROWS, PANEL_COLUMNS, PANEL_MEGABYTES -> Optional.empty();
            case ATTENTION_ROWS, ATTENTION_KEYS, ATTENTION_GROUPS, ATTENTION_PART -> Optional.empty();
            case REDUCE_ITEMS, REDUCE_PART, VECTOR_BYTES -> Optional.empty();
            case SUB_GROUP ->
                value == 0 || subGroups.contains(value)
                        ? Optional.empty()
                        : Optional.of("the device has sub-groups of " + subGroups + " work items, not of " + value);
        };
    }

    private Optional<String> tileItem(int item, int largestGroup) {
        int tile = get(Setting.TILE);
        if (item > tile) {
            return Optional.of("it must be at most " + Setting.TILE.label() + ", which is " + tile + ", not " + item);
        }
        return group(tile / item * (tile / item), largestGroup);
    }

    private static Optional<String> sums(int items, int largestGroup) {
        int least = Math.min(LEAST_SUMS, Integer.highestOneBit(largestGroup));
        return items < least
                ? Optional.of("it must be at least " + least + ", not " + items + ": fewer sums round too much")
                : Optional.empty();
    }

    /** Of both operands' tiles, in the widest type. */
    private static long tileBytes(int tile, int depth) {
        return 2L * depth * (tile + 1) * Double.BYTES;
    }

    private static Optional<String> group(int items, int largestGroup) {
        return items > largestGroup
                ? Optional.of(
                        "it makes a group of " + items + " work items; the device has " + largestGroup + " at most")
                : Optional.empty();
    }

    private static Optional<String> local(long bytes, long localBytes) {
        return bytes > localBytes
                ? Optional.of("it takes " + bytes + " bytes of local memory; the device has " + localBytes)
                : Optional.empty();
    }
}
