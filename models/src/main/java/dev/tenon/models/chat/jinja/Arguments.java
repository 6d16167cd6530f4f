package dev.tenon.models.chat.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a call passed: values by place, then values by name. */
record Arguments(List<Value> values, Map<String, Value> named, Budget budget) {
    static Arguments of(Budget budget, Value... values) {
        return new Arguments(List.of(values), Map.of(), budget);
    }

    /** The same without the first value. */
    Arguments rest() {
        return new Arguments(values.subList(1, values.size()), named, budget);
    }

    /**
     * The value of each parameter, null where none was passed.
     *
     * @throws PythonError if there are too many, one is unknown, given twice, or one of the first {@code required} lacks
     */
    Bound bind(String function, int required, String... parameters) {
        if (values.size() > parameters.length) {
            throw PythonError.typeError(
                    function + "() takes at most " + parameters.length + " arguments (" + values.size() + " given)");
        }
        @Nullable Value[] bound = Arrays.copyOf(values.toArray(new Value[0]), parameters.length);
        named.forEach((name, value) -> {
            int place = List.of(parameters).indexOf(name);
            if (place < 0) {
                throw PythonError.typeError(function + "() got an unexpected keyword argument '" + name + "'");
            }
            if (bound[place] != null) {
                throw PythonError.typeError(function + "() got multiple values for argument '" + name + "'");
            }
            bound[place] = value;
        });
        for (int i = 0; i < required; i++) {
            if (bound[i] == null) {
                throw PythonError.typeError(
                        function + "() missing 1 required positional argument: '" + parameters[i] + "'");
            }
        }
        return new Bound(bound);
    }

    /** No arguments at all. */
    void none(String function) {
        bind(function, 0);
    }

    /** A copy of the named values that may be changed. */
    Map<String, Value> namedCopy() {
        return new LinkedHashMap<>(named);
    }

    /** A copy of the values that may be changed. */
    List<Value> valuesCopy() {
        return new ArrayList<>(values);
    }

    /** Parameters with their values. */
    static final class Bound {
        private final @Nullable Value[] values;

        Bound(@Nullable Value[] values) {
            this.values = values;
        }

        boolean has(int place) {
            return values[place] != null;
        }

        Value get(int place) {
            Value value = values[place];
            if (value == null) {
                throw new IllegalStateException("parameter " + place + " has no value");
            }
            return value;
        }

        Value get(int place, Value fallback) {
            Value value = values[place];
            return value == null ? fallback : value;
        }

        boolean flag(int place, boolean fallback) {
            Value value = values[place];
            return value == null ? fallback : Values.isTrue(value);
        }

        /** Passed and not None. */
        boolean given(int place) {
            return values[place] != null && values[place] != Value.None.NONE;
        }

        String text(int place) {
            if (get(place) instanceof Value.Str text) {
                return text.text();
            }
            if (get(place) instanceof Value.Undefined undefined) {
                throw undefined.error();
            }
            throw PythonError.typeError("expected str instance, " + get(place).typeName() + " found");
        }

        String text(int place, String fallback) {
            return values[place] == null ? fallback : text(place);
        }

        int integer(int place, int fallback) {
            Value value = values[place];
            return value == null ? fallback : Arithmetic.index(value);
        }
    }
}
