package dev.tenon.models.chat.jinja;

import java.math.BigInteger;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The functions that every chat template has. */
final class Globals {
    /** The sandbox's own limit. */
    private static final int LONGEST_RANGE = 100_000;

    private Globals() {}

    static Map<String, Value> all(Supplier<ZonedDateTime> clock, Budget budget) {
        Map<String, Value> globals = new HashMap<>();
        add(globals, "range", Globals::range);
        add(globals, "dict", Globals::dict);
        add(globals, "namespace", arguments -> {
            Map<String, Value> attributes = new LinkedHashMap<>();
            Value.Dict dict = (Value.Dict) dict(arguments);
            dict.keys().forEach(key -> attributes.put(Representation.string(key), Subscripts.item(dict, key)));
            return new Value.Namespace(attributes);
        });
        add(globals, "raise_exception", arguments -> {
            Value message = arguments.bind("raise_exception", 1, "message").get(0);
            throw new PythonError.Raised(Representation.string(message));
        });
        add(globals, "strftime_now", arguments -> {
            String format = arguments.bind("strftime_now", 1, "format").text(0);
            return Value.text(budget.text(TimeFormat.format(format, clock.get())));
        });
        add(globals, "joiner", Globals::joiner);
        add(globals, "cycler", Globals::cycler);
        return globals;
    }

    private static void add(Map<String, Value> globals, String name, Value.Function.Body body) {
        globals.put(name, new Value.Function("function", name, body));
    }

    private static Value range(Arguments arguments) {
        List<Value> values = arguments.values();
        if (values.isEmpty() || values.size() > 3 || !arguments.named().isEmpty()) {
            throw PythonError.typeError("range expected 1 to 3 arguments, got " + values.size());
        }
        BigInteger start = values.size() == 1 ? BigInteger.ZERO : integer(values.get(0));
        BigInteger stop = integer(values.get(values.size() == 1 ? 0 : 1));
        BigInteger step = values.size() == 3 ? integer(values.get(2)) : BigInteger.ONE;
        if (step.signum() == 0) {
            throw PythonError.valueError("range() arg 3 must not be zero");
        }
        BigInteger span = step.signum() > 0 ? stop.subtract(start) : start.subtract(stop);
        BigInteger by = step.abs();
        BigInteger size = span.signum() <= 0
                ? BigInteger.ZERO
                : span.add(by).subtract(BigInteger.ONE).divide(by);
        if (size.compareTo(BigInteger.valueOf(LONGEST_RANGE)) > 0) {
            throw new PythonError(
                    "OverflowError",
                    "Range too big. The sandbox blocks ranges larger than MAX_RANGE (" + LONGEST_RANGE + ").");
        }
        return new Value.Range(start, stop, step, size.intValue());
    }

    private static BigInteger integer(Value value) {
        if (value instanceof Value.Undefined undefined) {
            throw undefined.error();
        }
        BigInteger integer = Values.asInteger(value);
        if (integer == null) {
            throw PythonError.typeError("'" + value.typeName() + "' object cannot be interpreted as an integer");
        }
        return integer;
    }

    private static Value dict(Arguments arguments) {
        if (arguments.values().size() > 1) {
            throw PythonError.typeError("dict expected at most 1 argument, got "
                    + arguments.values().size());
        }
        Value.Dict dict = new Value.Dict();
        if (!arguments.values().isEmpty()) {
            Value from = arguments.values().getFirst();
            if (from instanceof Value.Dict other) {
                other.keys().forEach(key -> dict.put(key, Subscripts.item(other, key)));
            } else {
                putPairs(dict, from);
            }
        }
        arguments.named().forEach((name, value) -> dict.put(Value.text(name), value));
        arguments.budget().items(dict.size());
        return dict;
    }

    private static void putPairs(Value.Dict dict, Value pairs) {
        int place = 0;
        for (Iterator<Value> all = Values.iterate(pairs); all.hasNext(); place++) {
            List<Value> pair = Values.list(all.next());
            if (pair.size() != 2) {
                throw PythonError.valueError("dictionary update sequence element #" + place + " has length "
                        + pair.size() + "; 2 is required");
            }
            dict.put(pair.get(0), pair.get(1));
        }
    }

    /** Gives nothing the first time it is called, its separator from then on. */
    private static Value joiner(Arguments arguments) {
        Value separator = arguments.bind("joiner", 0, "sep").get(0, Value.text(", "));
        boolean[] used = {false};
        return new Value.Function("Joiner", "joiner", call -> {
            call.none("joiner");
            Value result = used[0] ? separator : Value.text("");
            used[0] = true;
            return result;
        });
    }

    private static Value cycler(Arguments arguments) {
        List<Value> items = List.copyOf(arguments.values());
        if (items.isEmpty()) {
            throw PythonError.runtime("at least one item has to be provided");
        }
        Map<String, Value> attributes = new LinkedHashMap<>();
        int[] place = {0};
        attributes.put("current", items.getFirst());
        attributes.put("next", Methods.method("next", call -> {
            call.none("next");
            Value current = items.get(place[0]);
            place[0] = (place[0] + 1) % items.size();
            attributes.put("current", items.get(place[0]));
            return current;
        }));
        attributes.put("reset", Methods.method("reset", call -> {
            call.none("reset");
            place[0] = 0;
            attributes.put("current", items.getFirst());
            return Value.None.NONE;
        }));
        return new Value.Namespace(attributes);
    }
}
