package dev.tenon.conformance;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.opentest4j.TestAbortedException;

/** What of a suite ran on a device and what was skipped for which reason, printed at the end. */
final class RunReport {
    /** How many tests of each group ran. */
    private final Map<String, Integer> ran = new TreeMap<>();
    /** How many tests of each group were skipped, by reason. */
    private final Map<String, Map<String, Integer>> skipped = new TreeMap<>();

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
                ran(group);
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
