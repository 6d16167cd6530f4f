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
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tenon bench}. */
@Command(
        name = "bench",
        description = {
            "Time matrix products, attention and all-reduce on every device, beside what the machine was measured to"
                    + " reach.",
            "It needs no model and takes under two minutes."
        })
final class BenchCommand extends TenonCommand {
    private static final Set<Class<? extends Op>> TIMED = Set.of(Matmul.class, Attention.class, AllReduce.class);
    private static final long SEED = 1;
    private static final int MOST_ROUNDS = 50;
    /** A kernel is taken to be compiled when the just-in-time compiler has ended nothing for this long. */
    private static final long SETTLED_NANOS = 400_000_000;

    private static final long MOST_WARM_UP_NANOS = 3_000_000_000L;

    @Option(names = "--device", paramLabel = "NAME", description = "Only this device.")
    private @Nullable String device;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "0", description = "Threads; 0: one a core.")
    private int threads;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "90",
            description = "Time for all cases together (${DEFAULT-VALUE}): cases that are left then are not run.")
    private double seconds;

    private final List<BenchRow> rows = new ArrayList<>();
    private final List<Map<String, Object>> limitDocuments = new ArrayList<>();
    private final List<String> notRun = new ArrayList<>();

    @Override
    void execute() {
        try (Tenon tenon = RuntimeArguments.open(threads)) {
            List<Device> devices = device == null ? tenon.devices() : List.of(tenon.device(device));
            long perDevice = (long) (seconds * 1e9 / Math.max(1, devices.size()));
            for (Device each : devices) {
                measure(each, perDevice);
            }
            if (isJson()) {
                Map<String, Object> document = new LinkedHashMap<>();
                document.put("limits", limitDocuments);
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

    private void measure(Device on, long nanos) {
        Optional<DeviceLimits> limits = on.measureLimits();
        announce(on, limits);
        long deadline = System.nanoTime() + nanos;
        // Products last: they are most of the cases, and where time runs out, some of each operator have been run.
        List<OpCase> cases = OpCases.benchmarks().stream()
                .filter(each -> TIMED.contains(each.op()))
                .sorted(Comparator.comparing(each -> each.op() == Matmul.class))
                .toList();
        try (ProgressBar bar = new ProgressBar(err(), on.name())) {
            for (int i = 0; i < cases.size(); i++) {
                bar.at(i, cases.size());
                if (System.nanoTime() > deadline) {
                    notRun.add((cases.size() - i) + " more cases on " + on.name() + ": the time is up");
                    return;
                }
                long budget = Math.max(0, deadline - System.nanoTime()) / (cases.size() - i);
                measure(on, cases.get(i), budget, limits, bar);
            }
        }
    }

    private void announce(Device on, Optional<DeviceLimits> limits) {
        if (isJson()) {
            limits.ifPresent(limit -> {
                Map<String, Object> document = new LinkedHashMap<>();
                document.put("device", on.name());
                document.put("flops_per_second", limit.flops());
                document.put("read_bytes_per_second", limit.readBytes());
                limitDocuments.add(document);
            });
            return;
        }
        String measured = limits.map(limit -> String.format(
                        Locale.ROOT,
                        "measured peak %.1f GFLOP/s (F32 multiply-add), memory read %.1f GB/s",
                        limit.flops() / 1e9,
                        limit.readBytes() / 1e9))
                .orElse("its limits are not measured");
        out().printf("%s: %s; %s%n%s%n", on.name(), on.properties().description(), measured, BenchRow.header());
        out().flush();
    }

    private void measure(Device on, OpCase each, long budget, Optional<DeviceLimits> limits, ProgressBar bar) {
        long start = System.nanoTime();
        try (BoundCase bound = each.bind(on, SEED)) {
            Optional<String> reason = on.whyUnsupported(bound.op());
            if (reason.isPresent()) {
                notRun.add(each + " on " + on.name() + ": " + reason.get());
                return;
            }
            double median = median(on, bound.op(), start + budget);
            BenchRow row = BenchRow.of(bound.op(), on.name(), threads(on), median, limits);
            rows.add(row);
            if (!isJson()) {
                bar.close();
                out().println(row);
                out().flush();
            }
        }
    }

    /** In nanoseconds. */
    private static double median(Device on, Op op, long deadline) {
        warmUp(on, op);
        long[] times = new long[MOST_ROUNDS];
        int count = 0;
        do {
            long start = System.nanoTime();
            on.execute(op);
            on.synchronize();
            times[count++] = System.nanoTime() - start;
        } while (count < times.length && System.nanoTime() < deadline);
        Arrays.sort(times, 0, count);
        return (times[(count - 1) / 2] + times[count / 2]) / 2.0;
    }

    /** Kernels of the Vector API are slower by a hundred times until they are compiled, which goes on beside them. */
    private static void warmUp(Device on, Op op) {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        long start = System.nanoTime();
        long settled = start;
        long before = -1;
        long now;
        do {
            on.execute(op);
            on.synchronize();
            now = System.nanoTime();
            long compiled = compiler == null ? 0 : compiler.getTotalCompilationTime();
            if (compiled != before) {
                settled = now;
                before = compiled;
            }
        } while (now - settled < SETTLED_NANOS && now - start < MOST_WARM_UP_NANOS);
    }

    private static int threads(Device device) {
        String threads = device.properties().details().get("threads");
        return threads == null ? device.properties().computeUnits() : Integer.parseInt(threads);
    }
}
