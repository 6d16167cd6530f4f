package dev.tenon.opencl;

import dev.tenon.kernels.plan.Setting;
import java.util.Map;

/** The largest groups and tiles that the limits of a GPU allow. */
class TunedGpuLargeTest extends TunedConformance {
    TunedGpuLargeTest() {
        super(
                true,
                Map.ofEntries(
                        Map.entry(Setting.ELEMENT_GROUP, 256),
                        Map.entry(Setting.ROW_GROUP, 256),
                        Map.entry(Setting.REDUCE_GROUP, 256),
                        Map.entry(Setting.FEW_ROWS, 1),
                        Map.entry(Setting.COLUMN_GROUP, 256),
                        Map.entry(Setting.TILE, 128),
                        Map.entry(Setting.TILE_DEPTH, 23),
                        Map.entry(Setting.TILE_ITEM, 8),
                        Map.entry(Setting.ATTENTION_ROWS, 128),
                        Map.entry(Setting.ATTENTION_KEYS, 128),
                        Map.entry(Setting.ATTENTION_GROUP, 256),
                        Map.entry(Setting.ATTENTION_GROUPS, 1024),
                        Map.entry(Setting.ATTENTION_PART, 1),
                        Map.entry(Setting.REDUCE_ITEMS, 1048576),
                        Map.entry(Setting.REDUCE_PART, 1)));
    }
}
