package dev.tenon.cuda;

import dev.tenon.error.NativeCallException;
import java.util.Map;
import java.util.TreeMap;

/** Counts the calls of each function and lets one of them fail. */
final class Faults {
    private final Map<String, Integer> calls = new TreeMap<>();
    private String function = "";
    private int at;
    private int code;
    private boolean happened;

    /** From now on the {@code at}-th call of a function fails, once. */
    void fail(String failing, int call, int withCode) {
        calls.clear();
        function = failing;
        at = call;
        code = withCode;
        happened = false;
    }

    boolean happened() {
        return happened;
    }

    /** How often each function was called since the last {@link #fail} or {@link #forget}. */
    synchronized Map<String, Integer> calls() {
        return new TreeMap<>(calls);
    }

    synchronized void forget() {
        calls.clear();
        function = "";
    }

    synchronized void called(String name) {
        int count = calls.merge(name, 1, Integer::sum);
        if (name.equals(function) && count == at) {
            happened = true;
            throw new NativeCallException(name, code, "injected", "");
        }
    }
}
