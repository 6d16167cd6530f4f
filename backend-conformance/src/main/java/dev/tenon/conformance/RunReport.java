package dev.tenon.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.opentest4j.TestAbortedException;

/** What of a suite ran on a device, what failed, and what was skipped for which reason; printed at the end. */
final class RunReport {
    private static final int FAILURES_SHOWN = 10;

    /** How many tests of each group ran, those that failed too. */
    private final Map<String, Integer> ran = new TreeMap<>();
    /** How many tests of each group were skipped, by reason. */
    private final Map<String, Map<String, Integer>> skipped = new TreeMap<>();
    /** What went wrong in each group, in order. */
    private final Map<String, List<String>> failed = new TreeMap<>();

    /** The test, counted when it has run. A test that fails has run. */
    DynamicTest counted(String group, DynamicTest test) {
        return DynamicTest.dynamicTest(test.getDisplayName(), () -> {
            try {
                test.getExecutable().execute();
            } catch (TestAbortedException e) {
                String reason = String.valueOf(e.getMessage()).replace("Assumption failed: ", "");
                skipped(group, reason);
                throw named(group + " " + test.getDisplayName() + ": " + reason);
            } catch (Throwable e) {
                failed(group, group + " " + test.getDisplayName(), String.valueOf(e.getMessage()));
                throw e;
            }
            ran(group);
        });
    }

    /** With the test's name, which reports leave out, and without a stack trace, of which thousands would fill them. */
    private static TestAbortedException named(String message) {
        TestAbortedException skip = new TestAbortedException(message);
        skip.setStackTrace(new StackTraceElement[0]);
        return skip;
    }

    private synchronized void ran(String group) {
        ran.merge(group, 1, Integer::sum);
    }

    /** Most messages begin with the test's name. */
    private synchronized void failed(String group, String test, String message) {
        ran(group);
        failed.computeIfAbsent(group, g -> new ArrayList<>())
                .add(message.startsWith(test) ? message : test + ": " + message);
    }

    private synchronized void skipped(String group, String reason) {
        skipped.computeIfAbsent(reason, r -> new TreeMap<>()).merge(group, 1, Integer::sum);
    }

    synchronized int ran() {
        return sum(ran);
    }

    synchronized int skipped() {
        return skipped.values().stream().mapToInt(RunReport::sum).sum();
    }

    /**
     * For example
     *
     * <pre>
     * Conformance of cpu: 11,002 tests ran, 1 skipped
     *   ran: AdamW 9, AllGather 31
     *   skipped, needs 5 bytes of free memory, there are 4: huge tensors 1
     * </pre>
     */
    void print(String device) {
        System.out.print(text(device));
    }

    synchronized String text(String device) {
        StringBuilder text = new StringBuilder(
                String.format("Conformance of %s: %,d tests ran, %,d skipped%n", device, ran(), skipped()));
        if (skipped() > 0) {
            text.append(String.format("  ran: %s%n", list(ran)));
        }
        skipped.forEach((reason, groups) -> text.append(String.format("  skipped, %s: %s%n", reason, list(groups))));
        return text.toString();
    }

    /**
     * The same as Markdown, to be kept: a table with a line for each group, the reasons of what was skipped, and the first failures.
     *
     * @param facts what the run was of: name and value
     * @param ended whether the suite came to its end
     */
    synchronized String markdown(Map<String, String> facts, boolean ended) {
        StringBuilder text = new StringBuilder("# Conformance of " + facts.get("device") + "\n\n");
        facts.forEach((name, value) ->
                text.append("- ").append(name).append(": ").append(value).append('\n'));
        int failures = failed.values().stream().mapToInt(List::size).sum();
        text.append(String.format(
                Locale.ROOT,
                "\n%,d tests passed, %,d failed, %,d were skipped.%s\n\n",
                ran() - failures,
                failures,
                skipped(),
                ended ? "" : " **The suite was ended before its time.**"));
        text.append("| operator | passed | failed | skipped |\n|---|---|---|---|\n");
        Set<String> groups = new TreeSet<>(ran.keySet());
        skipped.values().forEach(counts -> groups.addAll(counts.keySet()));
        for (String group : groups) {
            int wrong = failed.getOrDefault(group, List.of()).size();
            int left = skipped.values().stream()
                    .mapToInt(counts -> counts.getOrDefault(group, 0))
                    .sum();
            text.append(
                    String.format("| %s | %d | %d | %d |\n", group, ran.getOrDefault(group, 0) - wrong, wrong, left));
        }
        if (!skipped.isEmpty()) {
            text.append("\nSkipped:\n\n");
            skipped.forEach(
                    (reason, counts) -> text.append(String.format("- %s: %s\n", oneLine(reason), list(counts))));
        }
        if (failures > 0) {
            text.append("\nFailed, of each operator the first " + FAILURES_SHOWN + ":\n\n");
            failed.values()
                    .forEach(all -> all.stream()
                            .limit(FAILURES_SHOWN)
                            .forEach(what -> text.append(String.format("- %s\n", oneLine(what)))));
        }
        return text.toString();
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s*\\R\\s*", " ");
    }

    private static int sum(Map<String, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static String list(Map<String, Integer> counts) {
        return counts.isEmpty()
                ? "nothing"
                : counts.entrySet().stream()
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining(", "));
    }
}
