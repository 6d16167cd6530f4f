package dev.tenon.cli;

import dev.tenon.Device;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.models.decoder.DevicePlan;
import dev.tenon.models.decoder.ModelSize;
import dev.tenon.models.decoder.PlanShare;
import dev.tenon.models.decoder.SessionOptions;
import dev.tenon.models.generate.LanguageModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which of the model's layers go to which device, as the user asked, and what that takes. */
final class ModelPlan {
    private final List<Device> devices;
    private final @Nullable List<Integer> layers;
    private final SessionOptions options;
    private final PrintWriter shown;
    private List<PlanShare> shares = List.of();

    /**
     * @param layers a count for each device; null: as many as fit
     * @param shown where the plan is printed before anything is loaded, if there is a choice in it
     */
    ModelPlan(List<Device> devices, @Nullable List<Integer> layers, SessionOptions options, PrintWriter shown) {
        this.devices = devices;
        this.layers = layers;
        this.options = options;
        this.shown = shown;
    }

    /**
     * @throws CommandException if the counts do not fit the devices or the model
     * @throws dev.tenon.models.decoder.ModelTooLargeException if the devices have too little memory
     */
    LanguageModel open(Path path) {
        return LanguageModel.open(path, this::plan);
    }

    private DevicePlan plan(ModelSize size) {
        boolean chosen = devices.size() > 1 || layers != null;
        DevicePlan plan;
        if (layers != null) {
            try {
                plan = DevicePlan.of(devices, layers).checked(size, options);
            } catch (InvalidArgumentException e) {
                throw CommandException.usage(e);
            }
        } else if (chosen) {
            plan = DevicePlan.fit(devices, size, options);
        } else {
            plan = DevicePlan.on(devices.getFirst(), size.layers());
        }
        shares = plan.shares(size, options);
        if (chosen) {
            print();
        }
        return plan;
    }

    private void print() {
        String row = "%-12s %-10s %-10s %-6s %12s %12s %12s %12s%n";
        shown.printf(row, "device", "layers", "embedding", "head", "weights", "cache", "buffers", "free");
        for (PlanShare share : shares) {
            DevicePlan.Segment segment = share.segment();
            shown.printf(
                    row,
                    segment.device().name(),
                    segment.layers() == 0 ? "none" : segment.from() + "-" + (segment.to() - 1),
                    share.embedding() ? "yes" : "no",
                    share.head() ? "yes" : "no",
                    mebibytes(share.weightBytes()),
                    mebibytes(share.cacheBytes()),
                    mebibytes(share.bufferBytes()),
                    mebibytes(share.freeBytes()));
        }
        shown.flush();
    }

    private static String mebibytes(long bytes) {
        return "%,.1f MiB".formatted(bytes / (double) (1 << 20));
    }

    /** The plan for JSON, once the model is open. */
    List<Map<String, Object>> facts() {
        return shares.stream().map(ModelPlan::facts).toList();
    }

    private static Map<String, Object> facts(PlanShare share) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("device", share.segment().device().name());
        facts.put("first_layer", share.segment().from());
        facts.put("layers", share.segment().layers());
        facts.put("embedding", share.embedding());
        facts.put("head", share.head());
        facts.put("weight_bytes", share.weightBytes());
        facts.put("cache_bytes", share.cacheBytes());
        facts.put("buffer_bytes", share.bufferBytes());
        facts.put("free_bytes", share.freeBytes());
        return facts;
    }
}
