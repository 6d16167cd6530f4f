package dev.tenon.models.chat.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Attributes, items and slices, with Jinja's rules: what is not there is undefined, what would change things is refused. */
final class Subscripts {
    /** Methods that change a list or dict, which the immutable sandbox refuses. */
    private static final Map<String, Set<String>> UNSAFE = Map.of(
            "dict", Set.of("clear", "pop", "popitem", "setdefault", "update"),
            "list", Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"));

    private Subscripts() {}

    /** {@code target.name}: an attribute, else an item. */
    static Value attribute(Value target, String name) {
        Value found = ownAttribute(target, name);
        if (found == null && target instanceof Value.Dict dict) {
            found = dict.get(Value.text(name));
        }
        return found == null ? missing(target, Value.text(name)) : found;
    }

    /** {@code target[index]}: an item, else an attribute. */
    static Value item(Value target, Value index) {
        if (target instanceof Value.Undefined undefined) {
            throw undefined.error();
        }
        Value found = ownItem(target, index);
        if (found == null && index instanceof Value.Str name) {
            found = ownAttribute(target, name.text());
        }
        return found == null ? missing(target, index) : found;
    }

    /** The attribute that a value has in Python, without its items; null where it has none. */
    static @Nullable Value ownAttribute(Value target, String name) {
        if (target instanceof Value.Undefined undefined) {
            throw undefined.error();
        }
        boolean internal = name.length() > 4 && name.startsWith("__") && name.endsWith("__");
        if (internal || UNSAFE.getOrDefault(target.typeName(), Set.of()).contains(name)) {
            String problem = "access to attribute " + Representation.quoted(name) + " of "
                    + Representation.quoted(target.typeName()) + " object is unsafe.";
            return new Value.Undefined(problem, "SecurityError");
        }
        return switch (target) {
            case Value.Str text -> StringMethods.find(text, name);
            case Value.Namespace namespace -> namespace.attributes().get(name);
            case Loop loop -> loop.attribute(name);
            case Macro macro -> macro.attribute(name);
            default -> Methods.find(target, name);
        };
    }

    private static @Nullable Value ownItem(Value target, Value index) {
        return switch (target) {
            case Value.Dict dict -> isHashable(index) ? dict.get(index) : null;
            case Value.ListOf list -> at(list.items(), index);
            case Value.TupleOf tuple -> at(tuple.items(), index);
            case Value.Range range -> {
                int place = place(index, range.size());
                yield place < 0 ? null : range.get(place);
            }
            case Value.Str text -> {
                int place = place(index, Text.length(text.text()));
                yield place < 0 ? null : new Value.Str(Text.slice(text.text(), place, place + 1), text.markup());
            }
            default -> null;
        };
    }

    private static boolean isHashable(Value key) {
        return switch (key) {
            case Value.ListOf ignored -> false;
            case Value.Dict ignored -> false;
            case Value.TupleOf tuple -> tuple.items().stream().allMatch(Subscripts::isHashable);
            default -> true;
        };
    }

    private static @Nullable Value at(List<Value> items, Value index) {
        int place = place(index, items.size());
        return place < 0 ? null : items.get(place);
    }

    /** The place that an index means, counted from the end if negative; -1 where it is none. */
    private static int place(Value index, int size) {
        BigInteger integer = Values.asInteger(index);
        if (integer == null || integer.bitLength() > 31) {
            return -1;
        }
        int place = integer.signum() < 0 ? integer.intValue() + size : integer.intValue();
        return place < size ? Math.max(place, -1) : -1;
    }

    private static Value missing(Value target, Value index) {
        String type = target == Value.None.NONE ? "None" : target.typeName() + " object";
        return Value.Undefined.because(
                index instanceof Value.Str name
                        ? Representation.quoted(type) + " has no attribute " + Representation.quoted(name.text())
                        : type + " has no element " + Representation.of(index));
    }

    /** {@code target[start:stop:step]}. */
    static Value slice(Value target, Value start, Value stop, Value step, Budget budget) {
        if (target instanceof Value.Undefined undefined) {
            throw undefined.error();
        }
        return switch (target) {
            case Value.Str text -> {
                List<String> characters = Text.characters(text.text());
                budget.items(characters.size());
                String cut = String.join("", pick(characters, start, stop, step));
                yield new Value.Str(cut, text.markup());
            }
            case Value.ListOf list -> {
                budget.items(list.items().size());
                yield new Value.ListOf(pick(list.items(), start, stop, step));
            }
            case Value.TupleOf tuple -> {
                budget.items(tuple.items().size());
                yield new Value.TupleOf(pick(tuple.items(), start, stop, step));
            }
            case Value.Range range -> {
                budget.items(range.size());
                yield slice(range, start, stop, step);
            }
            case Value.Dict ignored -> throw PythonError.typeError("unhashable type: 'slice'");
            default -> throw PythonError.typeError("'" + target.typeName() + "' object is not subscriptable");
        };
    }

    private static <T> List<T> pick(List<T> items, Value start, Value stop, Value step) {
        int size = items.size();
        int by = step(step);
        int from = edge(start, size, by > 0 ? 0 : size - 1, by);
        int to = edge(stop, size, by > 0 ? size : -1, by);
        List<T> picked = new ArrayList<>();
        for (long i = from; by > 0 ? i < to : i > to; i += by) {
            picked.add(items.get((int) i));
        }
        return picked;
    }

    private static Value slice(Value.Range range, Value start, Value stop, Value step) {
        int size = range.size();
        int by = step(step);
        int from = edge(start, size, by > 0 ? 0 : size - 1, by);
        int to = edge(stop, size, by > 0 ? size : -1, by);
        long span = by > 0 ? (long) to - from : (long) from - to;
        long count = span <= 0 ? 0 : (span + Math.abs((long) by) - 1) / Math.abs((long) by);
        return new Value.Range(
                range.get(from).number(), range.get(to).number(), range.step().multiply(BigInteger.valueOf(by)), (int)
                        count);
    }

    private static int step(Value step) {
        int by = step == Value.None.NONE ? 1 : bound(step);
        if (by == 0) {
            throw PythonError.valueError("slice step cannot be zero");
        }
        return by;
    }

    private static int bound(Value value) {
        if (Values.asInteger(value) == null) {
            throw PythonError.typeError("slice indices must be integers or None or have an __index__ method");
        }
        return Arithmetic.index(value);
    }

    private static int edge(Value value, int size, int fallback, int by) {
        if (value == Value.None.NONE) {
            return fallback;
        }
        long edge = bound(value);
        if (edge < 0) {
            edge += size;
        }
        return by > 0 ? Math.clamp(edge, 0, size) : Math.clamp(edge, -1, size - 1);
    }
}
