package dev.tenon.kernels.plan;

import java.util.Optional;

/** What can be chosen of how portable kernels are launched. No choice changes what a kernel computes but in rounding. */
public enum Setting {
    ELEMENT_GROUP("element-group", "work items of a group that has one for each element", 1, 4096, true),
    ROW_GROUP("row-group", "most work items of a group that has a row: softmax, norms, losses", 1, 4096, true),
    REDUCE_GROUP("reduce-group", "work items of a group that reduces: sums, top-k, scatter-add", 1, 4096, true),
    FEW_ROWS("few-rows", "most rows of a matmul for which columns are read once, without packing", 0, 8, false),
    COLUMN_GROUP("column-group", "work items that share a column of such a matmul", 1, 1024, true),
    TILE("tile", "rows, and columns, of a matmul's tile in local memory", 1, 256, true),
    TILE_DEPTH("tile-depth", "terms that such a tile has at a time", 1, 256, false),
    TILE_ITEM("tile-item", "rows, and columns, of a tile that are one work item's", 1, 16, true),
    PANEL_ROWS("panel-rows", "rows of a matmul's packed panel, on CPUs", 1, 16, false),
    PANEL_COLUMNS("panel-columns", "columns of a matmul's packed panel, on CPUs", 1, 128, true),
    PANEL_MEGABYTES("panel-megabytes", "MiB of an operand that are packed at a time, on CPUs", 1, 1024, false),
    ATTENTION_ROWS("attention-rows", "most queries of attention's tile", 1, 128, true),
    ATTENTION_KEYS("attention-keys", "most keys of attention's tile", 1, 128, true),
    ATTENTION_GROUP("attention-group", "work items of a group that has a tile of attention", 1, 1024, true),
    ATTENTION_GROUPS(
            "attention-groups", "groups a compute unit should have before keys are left uncut", 1, 1024, false),
    ATTENTION_PART("attention-part", "keys that a part should have at least", 1, 1 << 20, false),
    REDUCE_ITEMS("reduce-items", "work items a compute unit should have before sums are left uncut", 1, 1 << 20, false),
    REDUCE_PART("reduce-part", "terms that a part of a sum should have at least", 1, 1 << 20, false),
    SUB_GROUP("sub-group", "work items that exchange values directly where a group reduces; 0: none", 0, 1024, false),
    VECTOR_BYTES("vector-bytes", "bytes that a work item moves at a time, where operands lie so", 1, 16, true);

    private final String label;
    private final String meaning;
    private final int least;
    private final int most;
    private final boolean powerOfTwo;

    Setting(String label, String meaning, int least, int most, boolean powerOfTwo) {
        this.label = label;
        this.meaning = meaning;
        this.least = least;
        this.most = most;
        this.powerOfTwo = powerOfTwo;
    }

    /** Its name in tuning tables. */
    public String label() {
        return label;
    }

    /** What it says, in a few words. */
    public String meaning() {
        return meaning;
    }

    /** The setting of a table's name; empty if there is none. */
    public static Optional<Setting> of(String label) {
        for (Setting setting : values()) {
            if (setting.label.equals(label)) {
                return Optional.of(setting);
            }
        }
        return Optional.empty();
    }

    /** Why no device takes the value; empty if some may. */
    Optional<String> whyNever(int value) {
        if (value < least || value > most) {
            return Optional.of("it must be from " + least + " to " + most + ", not " + value);
        }
        return powerOfTwo && Integer.bitCount(value) != 1
                ? Optional.of("it must be a power of two, not " + value)
                : Optional.empty();
    }
}
