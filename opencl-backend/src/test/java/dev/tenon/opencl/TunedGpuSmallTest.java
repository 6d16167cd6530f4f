package dev.tenon.opencl;

import dev.tenon.kernels.plan.Setting;
import java.util.Map;

/** Small groups and tiles, on the device as a GPU. */
class TunedGpuSmallTest extends TunedConformance {
    TunedGpuSmallTest() {
        super(
                true,
                Map.ofEntries(
                        Map.entry(Setting.ELEMENT_GROUP, 32),
                        Map.entry(Setting.ROW_GROUP, 16),
                        Map.entry(Setting.REDUCE_GROUP, 16),
                        Map.entry(Setting.FEW_ROWS, 8),
                        Map.entry(Setting.COLUMN_GROUP, 1),
                        Map.entry(Setting.TILE, 8),
                        Map.entry(Setting.TILE_DEPTH, 3),
                        Map.entry(Setting.TILE_ITEM, 8),
                        Map.entry(Setting.ATTENTION_ROWS, 2),
                        Map.entry(Setting.ATTENTION_KEYS, 64),
                        Map.entry(Setting.ATTENTION_GROUP, 4),
                        Map.entry(Setting.ATTENTION_GROUPS, 64),
                        Map.entry(Setting.ATTENTION_PART, 5),
                        Map.entry(Setting.REDUCE_ITEMS, 65536),
                        Map.entry(Setting.REDUCE_PART, 2)));
    }
}
