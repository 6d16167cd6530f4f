package dev.tenon.opencl;

import dev.tenon.kernels.plan.Setting;
import java.util.Map;

/** Everything as small as it can be, on the device as it is. */
class TunedSmallestTest extends TunedConformance {
    TunedSmallestTest() {
        super(
                false,
                Map.ofEntries(
                        Map.entry(Setting.ELEMENT_GROUP, 1),
                        Map.entry(Setting.ROW_GROUP, 16),
                        Map.entry(Setting.REDUCE_GROUP, 16),
                        Map.entry(Setting.FEW_ROWS, 0),
                        Map.entry(Setting.PANEL_ROWS, 1),
                        Map.entry(Setting.PANEL_COLUMNS, 1),
                        Map.entry(Setting.PANEL_MEGABYTES, 1),
                        Map.entry(Setting.ATTENTION_ROWS, 1),
                        Map.entry(Setting.ATTENTION_KEYS, 1),
                        Map.entry(Setting.ATTENTION_GROUPS, 1024),
                        Map.entry(Setting.ATTENTION_PART, 1),
                        Map.entry(Setting.REDUCE_ITEMS, 1048576),
                        Map.entry(Setting.REDUCE_PART, 1)));
    }
}
