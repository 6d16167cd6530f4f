package dev.tenon.cli;

import dev.tenon.Device;
import dev.tenon.Tenon;
import dev.tenon.conformance.BoundCase;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.OpCases;
import dev.tenon.op.AllReduce;
import dev.tenon.op.Attention;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;
import dev.tenon.spi.DeviceLimits;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tenon bench}. */
@Command(
        name = "bench",
        description = {
            "Time matrix products, attention and all-reduce on every device, beside what the device was measured to"
                    + " reach. Several devices are shown side by side, on the same shapes.",
            "It needs no model and takes under two minutes a device."
        },
        subcommands = BenchAllReduceCommand.class)
final class BenchCommand extends TenonCommand {
    private static final Set<Class<? extends Op>> TIMED = Set.of(Matmul.class, Attention.class, AllReduce.class);
    private static final long SEED = 1;
    /** Enough for all cases on one device. */
    private static final double SECONDS_A_DEVICE = 90;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            split = ",",
            description = "Only this device, or these: given several times, or as a list with commas.")
    private List<String> names = List.of();

    @Option(names = "--threads", paramLabel = "N", defaultValue = "0", description = "Threads; 0: one a core.")
    private int threads;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description =
                    "Time for all cases on all devices together (90 a device): cases that are left then are not run.")
    private @Nullable Double seconds;

    private final List<BenchRow> rows = new ArrayList<>();
    private final List<String> notRun = new ArrayList<>();
    private final Map<Device, Optional<DeviceLimits>> limits = new LinkedHashMap<>();

    @Override
    void execute() {
        try (Tenon tenon = RuntimeArguments.open(threads)) {
            List<Device> devices = names.isEmpty()
                    ? tenon.devices()
                    : names.stream().map(tenon::device).distinct().toList();
            devices.forEach(this::announce);
            if (!devices.isEmpty()) {
                measure(devices);
            }
            if (isJson()) {
                Map<String, Object> document = new LinkedHashMap<>();
                document.put("limits", limitDocuments());
                document.put("rows", rows.stream().map(BenchRow::document).toList());
                document.put("not_run", notRun);
                document.put("missing", tenon.reasons());
                printJson(document);
            } else {
                notRun.forEach(reason -> out().println("not run: " + reason));
                tenon.reasons().forEach(reason -> out().println("not found: " + reason));
            }
        }
    }

    /** Measures a device's limits and says them. */
    private void announce(Device on) {
        Optional<DeviceLimits> measured = on.measureLimits();
        limits.put(on, measured);
        if (isJson()) {
            return;
        }
        String found = measured.map(BenchCommand::words).orElse("its limits are not measured");
        out().printf("%s: %s; %s%n", on.name(), on.properties().description(), found);
        out().flush();
    }

    private static String words(DeviceLimits limit) {
        StringBuilder words = new StringBuilder(String.format(
                Locale.ROOT,
                "measured peak %.1f GFLOP/s (F32 multiply-add), memory read %.1f GB/s",
                limit.flops() / 1e9,
                limit.readBytes() / 1e9));
        limit.copyBytes().ifPresent(bytes -> words.append(String.format(Locale.ROOT, ", copy %.1f GB/s", bytes / 1e9)));
        // Quantized types are multiplied as floating-point ones that are listed.
        new TreeMap<>(limit.productFlops()).forEach((type, flops) -> {
            if (!type.isQuantized()) {
                words.append(String.format(Locale.ROOT, ", %s products %.1f GFLOP/s", type, flops / 1e9));
            }
        });
        return words.toString();
    }

    private List<Map<String, Object>> limitDocuments() {
        List<Map<String, Object>> documents = new ArrayList<>();
        limits.forEach((device, measured) -> measured.ifPresent(limit -> {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("device", device.name());
            document.put("flops_per_second", limit.flops());
            document.put("read_bytes_per_second", limit.readBytes());
            limit.copyBytes().ifPresent(bytes -> document.put("copy_bytes_per_second", bytes));
            if (!limit.productFlops().isEmpty()) {
                document.put("product_flops_per_second", new TreeMap<>(limit.productFlops()));
            }
            documents.add(document);
        }));
        return documents;
    }

    /** Case by case on every device, so that where time runs out all devices have the same cases. */
    private void measure(List<Device> devices) {
        // Products last: they are most of the cases, and where time runs out, some of each operator have been run.
        List<OpCase> cases = OpCases.benchmarks().stream()
                .filter(each -> TIMED.contains(each.op()))
                .sorted(Comparator.comparing(each -> each.op() == Matmul.class))
                .toList();
        BenchTable table = new BenchTable(devices.stream().map(Device::name).toList());
        if (!isJson()) {
            out().println(devices.size() == 1 ? BenchRow.header() : table.header());
        }
        double whole = seconds == null ? SECONDS_A_DEVICE * devices.size() : seconds;
        long deadline = System.nanoTime() + (long) (whole * 1e9);
        int left = cases.size() * devices.size();
        try (ProgressBar bar = new ProgressBar(err(), "bench")) {
            for (int i = 0; i < cases.size(); i++) {
                bar.at(i, cases.size());
                if (System.nanoTime() > deadline) {
                    for (Device device : devices) {
                        notRun.add((cases.size() - i) + " more cases on " + device.name() + ": the time is up");
                    }
                    return;
                }
                Map<String, BenchRow> line = new LinkedHashMap<>();
                for (Device device : devices) {
                    long budget = Math.max(0, deadline - System.nanoTime()) / left--;
                    measure(device, cases.get(i), budget, limitsOf(devices.getFirst()))
                            .ifPresent(row -> line.put(device.name(), row));
                }
                rows.addAll(line.values());
                if (!isJson() && !line.isEmpty()) {
                    bar.close();
                    out().println(
                                    devices.size() == 1
                                            ? line.values().iterator().next().toString()
                                            : table.line(line));
                    out().flush();
                }
            }
        }
    }

    /** @param first the first device's limits, by which all show a case's rate in the same unit */
    private Optional<BenchRow> measure(Device on, OpCase each, long budget, Optional<DeviceLimits> first) {
        long start = System.nanoTime();
        try (BoundCase bound = each.bind(on, SEED)) {
            Op op = bound.op();
            Optional<String> reason = on.whyUnsupported(op);
            if (reason.isPresent()) {
                notRun.add(each + " on " + on.name() + ": " + reason.get());
                return Optional.empty();
            }
            double median = CaseTimer.median(on, op, start + budget);
            return Optional.of(
                    BenchRow.of(op, on.name(), threads(on), median, limitsOf(on), BenchRow.isByMemory(op, first)));
        }
    }

    private Optional<DeviceLimits> limitsOf(Device device) {
        return limits.getOrDefault(device, Optional.empty());
    }

    private static int threads(Device device) {
        String threads = device.properties().details().get("threads");
        return threads == null ? device.properties().computeUnits() : Integer.parseInt(threads);
    }
}
