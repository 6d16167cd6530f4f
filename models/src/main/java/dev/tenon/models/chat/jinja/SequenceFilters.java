package dev.tenon.models.chat.jinja;

import dev.tenon.models.chat.jinja.Arguments.Bound;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Filters over sequences, sorted and grouped ones too. */
final class SequenceFilters {
    private SequenceFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        filters.put("length", (input, arguments) -> Value.of(Values.length(input)));
        filters.put("count", (input, arguments) -> Value.of(Values.length(input)));
        filters.put("first", SequenceFilters::first);
        filters.put("last", SequenceFilters::last);
        filters.put("list", (input, arguments) -> new Value.ListOf(items(input, arguments)));
        filters.put("items", SequenceFilters::pairs);
        filters.put("join", SequenceFilters::join);
        filters.put("reverse", SequenceFilters::reverse);
        filters.put("sum", SequenceFilters::sum);
        filters.put("batch", SequenceFilters::batch);
        filters.put("slice", SequenceFilters::slice);
        filters.put("sort", SequenceFilters::sort);
        filters.put("dictsort", SequenceFilters::dictSort);
        filters.put("groupby", SequenceFilters::groupBy);
        filters.put("min", (input, arguments) -> extreme(input, arguments, "min"));
        filters.put("max", (input, arguments) -> extreme(input, arguments, "max"));
    }

    private static List<Value> items(Value input, Arguments arguments) {
        List<Value> items = Values.list(input);
        arguments.budget().items(items.size());
        return items;
    }

    private static Value first(Value input, Arguments arguments) {
        Iterator<Value> items = Values.iterate(input);
        return items.hasNext() ? items.next() : Value.Undefined.because("No first item, sequence was empty.");
    }

    private static Value last(Value input, Arguments arguments) {
        if (input instanceof Value.Generator || !Values.isIterable(input)) {
            throw PythonError.typeError("'" + input.typeName() + "' object is not reversible");
        }
        List<Value> items = items(input, arguments);
        return items.isEmpty() ? Value.Undefined.because("No last item, sequence was empty.") : items.getLast();
    }

    private static Value pairs(Value input, Arguments arguments) {
        if (input instanceof Value.Undefined) {
            return generator(List.of());
        }
        if (!(input instanceof Value.Dict dict)) {
            throw PythonError.typeError("Can only get item pairs from a mapping.");
        }
        arguments.budget().items(dict.size());
        return generator(dict.items());
    }

    private static Value generator(List<Value> items) {
        return new Value.Generator("generator", items.iterator());
    }

    private static Value join(Value input, Arguments arguments) {
        Bound bound = arguments.bind("join", 0, "d", "attribute");
        Function<Value, Value> key = bound.given(1) ? AttributePath.of(bound.get(1)) : item -> item;
        String separator = Representation.string(bound.get(0, Value.text("")));
        StringBuilder joined = new StringBuilder();
        boolean more = false;
        for (Iterator<Value> items = Values.iterate(input); items.hasNext(); more = true) {
            String text = Representation.string(key.apply(items.next()));
            arguments.budget().step();
            arguments.budget().make(text.length() + separator.length());
            joined.append(more ? separator : "").append(text);
        }
        return Value.text(arguments.budget().text(joined.toString()));
    }

    private static Value reverse(Value input, Arguments arguments) {
        if (input instanceof Value.Str text) {
            return new Value.Str(Text.reversed(text.text()), text.markup());
        }
        if (!Values.isIterable(input)) {
            throw PythonError.filterArgument("argument must be iterable");
        }
        List<Value> reversed = items(input, arguments).reversed();
        return input instanceof Value.Generator
                ? new Value.ListOf(reversed)
                : new Value.Generator("reversed", reversed.iterator());
    }

    private static Value sum(Value input, Arguments arguments) {
        Bound bound = arguments.bind("sum", 0, "attribute", "start");
        Function<Value, Value> key = bound.given(0) ? AttributePath.of(bound.get(0)) : item -> item;
        Value sum = bound.get(1, Value.of(0));
        for (Iterator<Value> items = Values.iterate(input); items.hasNext(); ) {
            arguments.budget().step();
            sum = Arithmetic.apply(Expression.Operator.ADD, sum, key.apply(items.next()), arguments.budget());
        }
        return sum;
    }

    private static Value batch(Value input, Arguments arguments) {
        Bound bound = arguments.bind("batch", 1, "linecount", "fill_with");
        int size = bound.integer(0, 1);
        List<Value> batches = new ArrayList<>();
        List<Value> current = new ArrayList<>();
        for (Value item : items(input, arguments)) {
            if (current.size() == size) {
                batches.add(new Value.ListOf(current));
                current = new ArrayList<>();
            }
            current.add(item);
        }
        if (!current.isEmpty()) {
            if (bound.given(1)) {
                arguments.budget().items(size);
                while (current.size() < size) {
                    current.add(bound.get(1));
                }
            }
            batches.add(new Value.ListOf(current));
        }
        return generator(batches);
    }

    private static Value slice(Value input, Arguments arguments) {
        Bound bound = arguments.bind("slice", 1, "slices", "fill_with");
        int count = bound.integer(0, 1);
        List<Value> items = items(input, arguments);
        if (count == 0) {
            throw new PythonError("ZeroDivisionError", "integer division or modulo by zero");
        }
        arguments.budget().items(count);
        List<Value> slices = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < count; i++) {
            boolean extra = i < items.size() % count;
            int to = from + items.size() / count + (extra ? 1 : 0);
            List<Value> slice = new ArrayList<>(items.subList(from, to));
            if (bound.given(1) && !extra) {
                slice.add(bound.get(1));
            }
            slices.add(new Value.ListOf(slice));
            from = to;
        }
        return generator(slices);
    }

    private static Value sort(Value input, Arguments arguments) {
        Bound bound = arguments.bind("sort", 0, "reverse", "case_sensitive", "attribute");
        Function<Value, Value> key = AttributePath.several(bound.get(2, Value.None.NONE), !bound.flag(1, false));
        return new Value.ListOf(Sorting.sorted(items(input, arguments), key, bound.flag(0, false), arguments.budget()));
    }

    private static Value dictSort(Value input, Arguments arguments) {
        Bound bound = arguments.bind("dictsort", 0, "case_sensitive", "by", "reverse");
        String by = bound.text(1, "key");
        if (!by.equals("key") && !by.equals("value")) {
            throw PythonError.filterArgument("You can only sort by either \"key\" or \"value\"");
        }
        if (!(input instanceof Value.Dict dict)) {
            throw noItems(input);
        }
        int place = by.equals("key") ? 0 : 1;
        boolean exact = bound.flag(0, false);
        Function<Value, Value> key = item -> {
            Value part = ((Value.TupleOf) item).items().get(place);
            return exact ? part : AttributePath.ignoreCase(part);
        };
        return new Value.ListOf(Sorting.sorted(dict.items(), key, bound.flag(2, false), arguments.budget()));
    }

    /** What asking something else than a dict for its items says. */
    static PythonError noItems(Value input) {
        return input instanceof Value.Undefined undefined
                ? undefined.error()
                : new PythonError("AttributeError", "'" + input.typeName() + "' object has no attribute 'items'");
    }

    private static Value groupBy(Value input, Arguments arguments) {
        Bound bound = arguments.bind("groupby", 1, "attribute", "default", "case_sensitive");
        Function<Value, Value> exact = AttributePath.of(bound.get(0), bound.get(1, Value.None.NONE));
        Function<Value, Value> key = bound.flag(2, false) ? exact : item -> AttributePath.ignoreCase(exact.apply(item));
        List<Value> groups = new ArrayList<>();
        List<Value> current = new ArrayList<>();
        for (Value item : Sorting.sorted(items(input, arguments), key, false, arguments.budget())) {
            if (!current.isEmpty() && !Values.equal(key.apply(current.getFirst()), key.apply(item))) {
                groups.add(group(exact, current));
                current = new ArrayList<>();
            }
            current.add(item);
        }
        if (!current.isEmpty()) {
            groups.add(group(exact, current));
        }
        return new Value.ListOf(groups);
    }

    private static Value group(Function<Value, Value> key, List<Value> items) {
        return new Value.TupleOf(
                List.of(key.apply(items.getFirst()), new Value.ListOf(items)), List.of("grouper", "list"));
    }

    private static Value extreme(Value input, Arguments arguments, String name) {
        Bound bound = arguments.bind(name, 0, "case_sensitive", "attribute");
        Function<Value, Value> path = bound.given(1) ? AttributePath.of(bound.get(1)) : item -> item;
        boolean exact = bound.flag(0, false);
        Value best = null;
        Value bestKey = Value.None.NONE;
        for (Value item : items(input, arguments)) {
            Value key = exact ? path.apply(item) : AttributePath.ignoreCase(path.apply(item));
            boolean better = best == null
                    || (name.equals("min")
                            ? Evaluator.holds(Expression.Comparator.LESS, key, bestKey)
                            : Evaluator.holds(Expression.Comparator.GREATER, key, bestKey));
            if (better) {
                best = item;
                bestKey = key;
            }
        }
        return best == null ? Value.Undefined.because("No aggregated item, sequence was empty.") : best;
    }
}
