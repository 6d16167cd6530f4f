package dev.tenon.cli;

import dev.tenon.Device;
import dev.tenon.DeviceTuning;
import dev.tenon.conformance.Agreement;
import dev.tenon.conformance.BoundCase;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.OpCases;
import dev.tenon.error.TenonException;
import dev.tenon.spi.Tunable;
import dev.tenon.spi.TuningStep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Tries a device's settings, step by step, on the benchmark's shapes. What is in force and a candidate run in turn, each case
 * after the other, so that whatever else the machine does slows both; a candidate whose results differ is not timed. The
 * fastest is measured once more before it is believed: the best of several has luck in it.
 */
final class Tuner {
    /** What a candidate must gain over all its cases together. */
    static final double GAIN = 1.03;
    /** What no case may lose. */
    private static final double LOSS = 0.95;

    private static final long SEED = 1;
    private static final int MOST_CASES = 4;
    private static final long MOST_BYTES = 96L << 20;
    private static final int LEAST_ROUNDS = 3;
    private static final int MOST_ROUNDS = 40;

    private final DeviceTuning tuning;
    private final long deadline;
    private final Consumer<Trial> progress;
    /** What was found to be faster so far. */
    private final Map<String, Integer> found = new LinkedHashMap<>();

    /** One case with two settings, medians in milliseconds. */
    record Timing(String name, double before, double after) {
        double ratio() {
            return before / after;
        }
    }

    /**
     * A candidate.
     *
     * @param timings a case each; none if it was not timed
     * @param problem why it was not timed; empty if it was
     */
    record Trial(Map<String, Integer> values, List<Timing> timings, String problem) {
        /** How much faster it is, over all cases: the geometric mean. */
        double ratio() {
            double logs = 0;
            for (Timing timing : timings) {
                logs += Math.log(timing.ratio());
            }
            return timings.isEmpty() ? 0 : Math.exp(logs / timings.size());
        }

        boolean gains() {
            return ratio() >= GAIN && timings.stream().allMatch(timing -> timing.ratio() >= LOSS);
        }
    }

    /**
     * What came of a step.
     *
     * @param before the values of its settings until then
     * @param chosen the candidate that is believed, as it was measured the second time
     */
    record Outcome(String step, Map<String, Integer> before, List<Trial> trials, Optional<Trial> chosen) {}

    /**
     * @param seconds for all steps together; candidates for which none are left are not tried
     * @param progress is told of each trial as it ends
     */
    Tuner(DeviceTuning tuning, double seconds, Consumer<Trial> progress) {
        this.tuning = tuning;
        this.deadline = System.nanoTime() + (long) (seconds * 1e9);
        this.progress = progress;
    }

    /** The values that were found to be faster, by setting. */
    Map<String, Integer> found() {
        return found;
    }

    /** @param stepsLeft this one and those after it, which share the time that is left */
    Outcome run(TuningStep step, int stepsLeft) {
        Map<String, Integer> before = new LinkedHashMap<>();
        for (Tunable tunable : tuning.tunables()) {
            if (step.candidates().stream().anyMatch(each -> each.containsKey(tunable.name()))) {
                before.put(tunable.name(), found.getOrDefault(tunable.name(), tunable.value()));
            }
        }
        long start = System.nanoTime();
        if (start >= deadline) {
            return new Outcome(
                    step.name(),
                    before,
                    step.candidates().stream().map(Tuner::late).toList(),
                    Optional.empty());
        }
        long end = start + (deadline - start) / stepsLeft;
        return tuning.with(found, base -> {
            List<OpCase> cases = cases(step, base);
            List<Trial> trials = new ArrayList<>();
            int left = step.candidates().size() + 2;
            for (Map<String, Integer> values : step.candidates()) {
                long budget = (end - System.nanoTime()) / left--;
                Trial trial = budget <= 0 ? late(values) : trial(base, cases, values, System.nanoTime() + budget);
                trials.add(trial);
                progress.accept(trial);
            }
            Optional<Trial> chosen = trials.stream()
                    .filter(Trial::gains)
                    .max((a, b) -> Double.compare(a.ratio(), b.ratio()))
                    .map(best -> trial(base, cases, best.values(), Math.max(end, System.nanoTime() + 1)))
                    .filter(Trial::gains);
            chosen.ifPresent(trial -> found.putAll(trial.values()));
            return new Outcome(step.name(), before, trials, chosen);
        });
    }

    private static Trial late(Map<String, Integer> values) {
        return new Trial(values, List.of(), "the time is up");
    }

    private Trial trial(Device base, List<OpCase> cases, Map<String, Integer> values, long end) {
        Map<String, Integer> all = new LinkedHashMap<>(found);
        all.putAll(values);
        try {
            return tuning.with(all, device -> {
                List<Timing> timings = new ArrayList<>();
                for (int i = 0; i < cases.size(); i++) {
                    long share = Math.max(0, end - System.nanoTime()) / (cases.size() - i);
                    try (BoundCase before = cases.get(i).bind(base, SEED);
                            BoundCase after = cases.get(i).bind(device, SEED)) {
                        long stop = System.nanoTime() + share;
                        CaseTimer.once(base, before.op());
                        CaseTimer.once(device, after.op());
                        Optional<String> problem = Agreement.of(before, after);
                        if (problem.isPresent()) {
                            return new Trial(values, List.of(), "other results: " + problem.get());
                        }
                        timings.add(time(base, before, device, after, stop));
                    }
                }
                return new Trial(values, timings, "");
            });
        } catch (TenonException e) {
            // A program too large for the device's registers, say: not a candidate then.
            return new Trial(
                    values,
                    List.of(),
                    String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    private static Timing time(Device base, BoundCase before, Device device, BoundCase after, long stop) {
        long[] first = new long[MOST_ROUNDS];
        long[] second = new long[MOST_ROUNDS];
        int rounds = 0;
        do {
            first[rounds] = CaseTimer.once(base, before.op());
            second[rounds++] = CaseTimer.once(device, after.op());
        } while (rounds < MOST_ROUNDS && (rounds < LEAST_ROUNDS || System.nanoTime() < stop));
        return new Timing(
                before.op().name() + " " + BenchRow.shape(before.op()) + " " + BenchRow.type(before.op()),
                CaseTimer.median(first, rounds) / 1e6,
                CaseTimer.median(second, rounds) / 1e6);
    }

    /** Cases that show the step's difference, spread over those there are. */
    private static List<OpCase> cases(TuningStep step, Device base) {
        List<OpCase> all = OpCases.benchmarks().stream()
                .filter(each -> bytes(each) <= MOST_BYTES)
                .filter(each -> isShown(step, each, base))
                .toList();
        List<OpCase> spread = new ArrayList<>();
        int count = Math.min(MOST_CASES, all.size());
        for (int i = 0; i < count; i++) {
            spread.add(all.get(i * all.size() / count));
        }
        return spread;
    }

    private static boolean isShown(TuningStep step, OpCase each, Device base) {
        try (BoundCase bound = each.bindUnfilled(base)) {
            return step.shownBy().test(bound.op());
        }
    }

    private static long bytes(OpCase each) {
        return each.operands().stream()
                .mapToLong(operand -> operand.dtype().bytes(operand.shape().elements()))
                .sum();
    }
}
