package dev.tenon.models.chat.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The filters by name. */
final class Filters {
    /** What a filter does. */
    interface Filter {
        Value apply(Value input, Arguments arguments);
    }

    private static final Map<String, Filter> FILTERS = new HashMap<>();

    static {
        TextFilters.addTo(FILTERS);
        NumberFilters.addTo(FILTERS);
        SequenceFilters.addTo(FILTERS);
        SelectionFilters.addTo(FILTERS);
        FILTERS.put("tojson", (input, arguments) -> Value.text(Json.dump(input, arguments)));
        FILTERS.put("default", Filters::orDefault);
        FILTERS.put("d", Filters::orDefault);
        FILTERS.put("attr", Filters::attribute);
    }

    /** All names. */
    static final Set<String> NAMES =
            Stream.of(FILTERS.keySet()).flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());

    private Filters() {}

    static Value apply(String name, Value input, Arguments arguments) {
        Filter filter = FILTERS.get(name);
        if (filter == null) {
            throw new PythonError("TemplateAssertionError", "No filter named " + Representation.quoted(name) + ".");
        }
        arguments.budget().step();
        return filter.apply(input, arguments);
    }

    private static Value orDefault(Value input, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("default", 0, "default_value", "boolean");
        boolean absent = input instanceof Value.Undefined || (bound.flag(1, false) && !Values.isTrue(input));
        return absent ? bound.get(0, Value.text("")) : input;
    }

    private static Value attribute(Value input, Arguments arguments) {
        String name = arguments.bind("attr", 1, "name").text(0);
        Value found = Subscripts.ownAttribute(input, name);
        return found == null
                ? Value.Undefined.because(Representation.quoted(input.typeName() + " object") + " has no attribute "
                        + Representation.quoted(name))
                : found;
    }
}
