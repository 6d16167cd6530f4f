package dev.tenon.cli;

import dev.tenon.Device;
import dev.tenon.DeviceTuning;
import dev.tenon.Tenon;
import dev.tenon.spi.Tunable;
import dev.tenon.spi.TuningStep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tenon tune}. */
@Command(
        name = "tune",
        description = {
            "Find the work groups and tiles with which a device is fastest, and keep them in the user's tuning table.",
            "What gains less than 3%% over its cases is not kept. Nothing else should run meanwhile."
        })
final class TuneCommand extends TenonCommand {
    @Option(
            names = "--device",
            paramLabel = "NAME",
            split = ",",
            description = "Only this device, or these: given several times, or as a list with commas.")
    private List<String> names = List.of();

    @Option(names = "--show", description = "Measure nothing: show what is in force, and where each value comes from.")
    private boolean show;

    @Option(names = "--dry-run", description = "Measure, but leave the table as it is.")
    private boolean dryRun;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "120",
            description = "Time for each device (${DEFAULT-VALUE}): what is left then is not tried.")
    private double seconds;

    private final List<Map<String, Object>> documents = new ArrayList<>();

    @Override
    void execute() {
        try (Tenon tenon = RuntimeArguments.open(0)) {
            List<Device> devices = names.isEmpty()
                    ? tenon.devices()
                    : names.stream().map(tenon::device).distinct().toList();
            for (Device device : devices) {
                Optional<DeviceTuning> tuning = device.tuning();
                if (tuning.isEmpty()) {
                    print(
                            "%s: %s; it has nothing to tune%n",
                            device.name(), device.properties().description());
                } else {
                    print("%s: %s%n", device.name(), device.properties().description());
                    if (show) {
                        show(device, tuning.get());
                    } else {
                        tune(device, tuning.get());
                    }
                }
            }
            if (isJson()) {
                Map<String, Object> document = new LinkedHashMap<>();
                document.put("devices", documents);
                document.put("missing", tenon.reasons());
                printJson(document);
            } else {
                tenon.reasons().forEach(reason -> out().println("not found: " + reason));
            }
        }
    }

    private void show(Device device, DeviceTuning tuning) {
        List<Map<String, Object>> settings = new ArrayList<>();
        for (Tunable tunable : tuning.tunables()) {
            print(
                    "  %-16s %6d  %-24s %s%n",
                    tunable.name(), tunable.value(), "(" + tunable.source() + ")", tunable.meaning());
            Map<String, Object> setting = new LinkedHashMap<>();
            setting.put("name", tunable.name());
            setting.put("value", tunable.value());
            setting.put("source", tunable.source());
            setting.put("meaning", tunable.meaning());
            settings.add(setting);
        }
        print("  the user's table: %s%n", tuning.table());
        Map<String, Object> document = document(device, tuning);
        document.put("settings", settings);
        documents.add(document);
    }

    private void tune(Device device, DeviceTuning tuning) {
        List<TuningStep> steps = tuning.steps();
        Tuner tuner =
                new Tuner(tuning, seconds, trial -> print("    %-44s %s%n", words(trial.values()), verdict(trial)));
        List<Map<String, Object>> outcomes = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            TuningStep step = steps.get(i);
            print("  %s%n", step.name());
            Tuner.Outcome outcome = tuner.run(step, steps.size() - i);
            if (outcome.chosen().isPresent()) {
                Tuner.Trial chosen = outcome.chosen().get();
                print("    %s instead of %s:%n", words(chosen.values()), words(outcome.before()));
                for (Tuner.Timing timing : chosen.timings()) {
                    print(
                            "      %-44s %9.3f ms -> %9.3f ms, %.2f times as fast%n",
                            timing.name(), timing.before(), timing.after(), timing.ratio());
                }
            } else {
                print("    %s stays%n", words(outcome.before()));
            }
            outcomes.add(document(outcome));
        }
        boolean kept = !dryRun && !tuner.found().isEmpty();
        if (kept) {
            tuning.keep(tuner.found());
        }
        String end = tuner.found().isEmpty()
                ? "nothing gained 3%; the table is as it was"
                : kept ? "kept in " + tuning.table() : "not kept: --dry-run";
        print("  %s%n", end);
        Map<String, Object> document = document(device, tuning);
        document.put("steps", outcomes);
        document.put("found", tuner.found());
        document.put("kept", kept);
        documents.add(document);
    }

    private static Map<String, Object> document(Device device, DeviceTuning tuning) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("device", device.name());
        document.put("description", device.properties().description());
        document.put("table", tuning.table().toString());
        return document;
    }

    private static Map<String, Object> document(Tuner.Outcome outcome) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("step", outcome.step());
        document.put("before", outcome.before());
        document.put(
                "trials", outcome.trials().stream().map(TuneCommand::document).toList());
        document.put("chosen", outcome.chosen().map(TuneCommand::document).orElse(null));
        return document;
    }

    private static Map<String, Object> document(Tuner.Trial trial) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("values", trial.values());
        document.put("ratio", trial.problem().isEmpty() ? rounded(trial.ratio()) : null);
        document.put("problem", trial.problem().isEmpty() ? null : trial.problem());
        List<Map<String, Object>> timings = new ArrayList<>();
        for (Tuner.Timing timing : trial.timings()) {
            Map<String, Object> each = new LinkedHashMap<>();
            each.put("case", timing.name());
            each.put("before_ms", rounded(timing.before()));
            each.put("after_ms", rounded(timing.after()));
            timings.add(each);
        }
        document.put("timings", timings);
        return document;
    }

    private static String verdict(Tuner.Trial trial) {
        return trial.problem().isEmpty()
                ? String.format(Locale.ROOT, "%.2f times as fast", trial.ratio())
                : "not measured: " + trial.problem();
    }

    private static String words(Map<String, Integer> values) {
        return String.join(
                ", ",
                values.entrySet().stream()
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .toList());
    }

    /** As text only. */
    private void print(String format, Object... arguments) {
        if (!isJson()) {
            out().printf(Locale.ROOT, format, arguments);
            out().flush();
        }
    }
}
