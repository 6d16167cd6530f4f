package dev.tenon.cuda.ptx;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Gives out slots for registers and predicates by their names. */
final class Registers {
    private static final Pattern RANGE = Pattern.compile("([\\w%$]+)<\\d+>");
    private static final Pattern SPECIAL = Pattern.compile("%(n?(tid|ctaid)\\.[xyz]|laneid|warpid|cluster_ctarank)");

    private final Constants constants = new Constants();
    private int slots;
    private int predicates;

    Constants constants() {
        return constants;
    }

    int slots() {
        return slots;
    }

    int predicates() {
        return predicates;
    }

    void declare(Scope scope, String name, boolean predicate) {
        Matcher range = RANGE.matcher(name);
        if (range.matches()) {
            (predicate ? scope.predicateRanges : scope.registerRanges).add(range.group(1));
        } else if (predicate) {
            scope.predicates.put(name, predicates++);
        } else {
            scope.registers.put(name, fresh());
        }
    }

    /** The first slot of a new register. */
    int fresh() {
        int first = slots;
        slots += Lanes.COUNT;
        return first;
    }

    boolean isPredicate(Scope from, String name) {
        return from.find(s -> s.predicates.containsKey(name) || s.predicateRanges.contains(stem(name))) != null
                && from.find(s -> s.registers.containsKey(name)) == null;
    }

    int predicate(Scope from, String name) {
        Scope scope = from.find(s -> s.predicates.containsKey(name) || s.predicateRanges.contains(stem(name)));
        if (scope == null) {
            throw new PtxError("no predicate " + name);
        }
        return scope.predicates.computeIfAbsent(name, n -> predicates++);
    }

    /** The first slot of what an operand names: a register, a number, a place in the grid, a variable's address. */
    int operand(Scope from, String name) {
        if (name.equals("_")) {
            return fresh();
        }
        Scope scope = from.find(s -> s.registers.containsKey(name) || s.registerRanges.contains(stem(name)));
        if (scope != null) {
            return scope.registers.computeIfAbsent(name, n -> fresh());
        }
        if (SPECIAL.matcher(name).matches()) {
            return constants.special().computeIfAbsent(name, n -> fresh());
        }
        return constant(value(from, name));
    }

    int constant(long value) {
        return constants.numbers().computeIfAbsent(value, n -> fresh());
    }

    private static String stem(String name) {
        int end = name.length();
        while (end > 0 && Character.isDigit(name.charAt(end - 1))) {
            end--;
        }
        return end == name.length() ? "" : name.substring(0, end);
    }

    /** A number, or a variable's address. */
    long value(Scope from, String text) {
        Scope scope = from.find(s -> s.addresses.containsKey(text));
        if (scope != null) {
            return scope.addresses.get(text);
        }
        try {
            if (text.startsWith("0f") || text.startsWith("0F")) {
                return Integer.parseUnsignedInt(text.substring(2), 16);
            }
            if (text.startsWith("0d") || text.startsWith("0D")) {
                return Long.parseUnsignedLong(text.substring(2), 16);
            }
            if (text.startsWith("0x")) {
                return Long.parseUnsignedLong(text.substring(2), 16);
            }
            return text.startsWith("-") ? Long.parseLong(text) : Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw new PtxError("the operand " + text, e);
        }
    }

    /** The register that keeps what a call hands over, or -1 if the name is no such thing. */
    int handed(Scope from, String name, long offset) {
        Scope alias = from.find(s -> s.aliases.containsKey(name));
        if (alias != null && alias.caller != null) {
            return handed(alias.caller, alias.aliases.get(name), offset);
        }
        Scope scope = from.find(s -> s.handed.contains(name));
        return scope == null ? -1 : scope.registers.computeIfAbsent(name + "+" + offset, n -> fresh());
    }
}
