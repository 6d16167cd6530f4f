package dev.tenon.opencl;

import dev.tenon.kernels.plan.Setting;
import java.util.Map;

/** Sizes that are no power of two where they need not be, and that no operand is a multiple of, on the device as it is. */
class TunedOddTest extends TunedConformance {
    TunedOddTest() {
        super(
                false,
                Map.ofEntries(
                        Map.entry(Setting.ELEMENT_GROUP, 1024),
                        Map.entry(Setting.ROW_GROUP, 512),
                        Map.entry(Setting.REDUCE_GROUP, 512),
                        Map.entry(Setting.FEW_ROWS, 3),
                        Map.entry(Setting.COLUMN_GROUP, 4),
                        Map.entry(Setting.PANEL_ROWS, 7),
                        Map.entry(Setting.PANEL_COLUMNS, 64),
                        Map.entry(Setting.PANEL_MEGABYTES, 1),
                        Map.entry(Setting.ATTENTION_ROWS, 128),
                        Map.entry(Setting.ATTENTION_KEYS, 128),
                        Map.entry(Setting.ATTENTION_GROUP, 8),
                        Map.entry(Setting.ATTENTION_GROUPS, 1),
                        Map.entry(Setting.ATTENTION_PART, 3),
                        Map.entry(Setting.REDUCE_ITEMS, 1),
                        Map.entry(Setting.REDUCE_PART, 7)));
    }
}
