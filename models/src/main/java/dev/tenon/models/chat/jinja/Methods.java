package dev.tenon.models.chat.jinja;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The methods of lists, tuples, dicts and numbers that change nothing. */
final class Methods {
    private Methods() {}

    static @Nullable Value find(Value target, String name) {
        return switch (target) {
            case Value.Dict dict -> dictMethod(dict, name);
            case Value.ListOf list -> name.equals("copy") ? copy(list) : sequenceMethod(list.items(), list, name);
            case Value.TupleOf tuple
            when tuple.fields().contains(name) ->
                tuple.items().get(tuple.fields().indexOf(name));
            case Value.TupleOf tuple -> sequenceMethod(tuple.items(), tuple, name);
            case Value.Real real -> name.equals("is_integer") ? isInteger(real) : null;
            default -> null;
        };
    }

    static Value.Function method(String name, Value.Function.Body body) {
        return new Value.Function("builtin_function_or_method", name, body);
    }

    private static @Nullable Value dictMethod(Value.Dict dict, String name) {
        return switch (name) {
            case "keys" -> view(name, "dict_keys", dict);
            case "values" -> view(name, "dict_values", dict);
            case "items" -> view(name, "dict_items", dict);
            case "copy" ->
                method(name, arguments -> {
                    arguments.none(name);
                    return dict;
                });
            case "get" ->
                method(name, arguments -> {
                    Arguments.Bound bound = arguments.bind(name, 1, "key", "default");
                    Value found = dict.get(bound.get(0));
                    return found == null ? bound.get(1, Value.None.NONE) : found;
                });
            default -> null;
        };
    }

    private static Value view(String name, String type, Value.Dict dict) {
        return method(name, arguments -> {
            arguments.none(name);
            arguments.budget().items(dict.size());
            List<Value> items = switch (name) {
                case "keys" -> dict.keys();
                case "values" -> dict.values();
                default -> dict.items();
            };
            return new Value.DictView(type, items);
        });
    }

    private static Value copy(Value.ListOf list) {
        return method("copy", arguments -> {
            arguments.none("copy");
            return list;
        });
    }

    private static Value isInteger(Value.Real real) {
        return method("is_integer", arguments -> {
            arguments.none("is_integer");
            double number = real.number();
            return Value.of(!Double.isNaN(number)
                    && !Double.isInfinite(number)
                    && new BigDecimal(number).stripTrailingZeros().scale() <= 0);
        });
    }

    private static @Nullable Value sequenceMethod(List<Value> items, Value self, String name) {
        return switch (name) {
            case "count" ->
                method(name, arguments -> {
                    Value wanted = arguments.bind(name, 1, "value").get(0);
                    arguments.budget().items(items.size());
                    return Value.of(items.stream()
                            .filter(item -> Values.equal(item, wanted))
                            .count());
                });
            case "index" ->
                method(name, arguments -> {
                    Value wanted = arguments.bind(name, 1, "value").get(0);
                    arguments.budget().items(items.size());
                    for (int i = 0; i < items.size(); i++) {
                        if (Values.equal(items.get(i), wanted)) {
                            return Value.of(i);
                        }
                    }
                    throw PythonError.valueError(
                            self instanceof Value.ListOf
                                    ? Representation.of(wanted) + " is not in list"
                                    : "tuple.index(x): x not in tuple");
                });
            default -> null;
        };
    }
}
