package dev.tenon.models.chat.jinja;

import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Filters that pick or change items one at a time: their results are gone through once, as Python's generators. */
final class SelectionFilters {
    private SelectionFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        filters.put("select", (input, arguments) -> select(input, arguments, false, true));
        filters.put("reject", (input, arguments) -> select(input, arguments, false, false));
        filters.put("selectattr", (input, arguments) -> select(input, arguments, true, true));
        filters.put("rejectattr", (input, arguments) -> select(input, arguments, true, false));
        filters.put("map", SelectionFilters::map);
        filters.put("unique", SelectionFilters::unique);
    }

    private static Value select(Value input, Arguments arguments, boolean byAttribute, boolean keep) {
        if (byAttribute && arguments.values().isEmpty()) {
            throw PythonError.filterArgument("Missing parameter for attribute name");
        }
        Function<Value, Value> part = item -> item;
        Arguments rest = arguments;
        if (byAttribute) {
            part = AttributePath.of(arguments.values().getFirst());
            rest = arguments.rest();
        }
        Predicate<Value> test = Values::isTrue;
        if (!rest.values().isEmpty()) {
            String name = Representation.string(rest.values().getFirst());
            Arguments passed = rest.rest();
            test = value -> Tests.apply(name, value, passed);
        }
        Function<Value, Value> key = part;
        Predicate<Value> chosen = test;
        return generator(input, arguments, item -> chosen.test(key.apply(item)) == keep ? item : null);
    }

    private static Value map(Value input, Arguments arguments) {
        if (arguments.values().isEmpty() && arguments.named().containsKey("attribute")) {
            Map<String, Value> named = new LinkedHashMap<>(arguments.named());
            Value attribute = named.remove("attribute");
            Value fallback = named.remove("default");
            if (!named.isEmpty()) {
                throw PythonError.filterArgument("Unexpected keyword argument "
                        + Representation.quoted(named.keySet().iterator().next()));
            }
            return generator(
                    input,
                    arguments,
                    AttributePath.of(
                            attribute == null ? Value.None.NONE : attribute,
                            fallback == null ? Value.None.NONE : fallback));
        }
        if (arguments.values().isEmpty()) {
            throw PythonError.filterArgument("map requires a filter argument");
        }
        String name = Representation.string(arguments.values().getFirst());
        Arguments passed = arguments.rest();
        return generator(input, arguments, item -> Filters.apply(name, item, passed));
    }

    private static Value unique(Value input, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("unique", 0, "case_sensitive", "attribute");
        Function<Value, Value> path = AttributePath.of(bound.get(1, Value.None.NONE));
        boolean exact = bound.flag(0, false);
        Set<Value> seen = new HashSet<>();
        Function<Value, @Nullable Value> onlyNew = item -> {
            Value key = path.apply(item);
            return seen.add(Values.key(exact ? key : AttributePath.ignoreCase(key))) ? item : null;
        };
        return new Value.Generator("generator", new Changed(Values.iterate(input), onlyNew, arguments.budget()));
    }

    /** What is false has no items, whatever it is. */
    private static Value generator(Value input, Arguments arguments, Function<Value, @Nullable Value> change) {
        Iterator<Value> items = Values.isTrue(input) ? Values.iterate(input) : Collections.emptyIterator();
        return new Value.Generator("generator", new Changed(items, change, arguments.budget()));
    }

    /** The items that a change leaves, changed; null leaves one out. */
    private static final class Changed implements Iterator<Value> {
        private final Iterator<Value> items;
        private final Function<Value, @Nullable Value> change;
        private final Budget budget;
        private @Nullable Value next;

        Changed(Iterator<Value> items, Function<Value, @Nullable Value> change, Budget budget) {
            this.items = items;
            this.change = change;
            this.budget = budget;
        }

        @Override
        public boolean hasNext() {
            while (next == null && items.hasNext()) {
                budget.step();
                next = change.apply(items.next());
            }
            return next != null;
        }

        @Override
        public Value next() {
            if (!hasNext() || next == null) {
                throw new NoSuchElementException();
            }
            Value value = next;
            next = null;
            return value;
        }
    }
}
