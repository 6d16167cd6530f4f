package dev.tenon.models.chat.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** What Python asks of any value: truth, equality, order, length, iteration. */
final class Values {
    /** Values nested deeper are refused where they are compared, printed or converted. */
    static final int DEEPEST = 200;

    /** In place of an order: neither stands before the other. */
    static final int UNORDERED = Integer.MIN_VALUE;

    private Values() {}

    /**
     * A Java value as a template sees it: null, truth values, numbers, strings, lists (any iterable), maps.
     *
     * @throws PythonError if it is or holds something else
     */
    static Value of(@Nullable Object object) {
        return of(object, 0);
    }

    private static Value of(@Nullable Object object, int depth) {
        if (depth > DEEPEST) {
            throw new PythonError.Limit("a value is nested more than " + DEEPEST + " deep");
        }
        return switch (object) {
            case null -> Value.None.NONE;
            case Value value -> value;
            case Boolean value -> Value.of(value);
            case BigInteger value -> new Value.Int(value);
            case BigDecimal value -> new Value.Real(value.doubleValue());
            case Double value -> new Value.Real(value);
            case Float value -> new Value.Real(value);
            case Number value -> Value.of(value.longValue());
            case CharSequence value -> Value.text(value.toString());
            case Map<?, ?> map -> {
                Value.Dict dict = new Value.Dict();
                map.forEach((key, value) -> dict.put(of(key, depth + 1), of(value, depth + 1)));
                yield dict;
            }
            case Iterable<?> items -> {
                List<Value> values = new ArrayList<>();
                items.forEach(item -> values.add(of(item, depth + 1)));
                yield new Value.ListOf(values);
            }
            default ->
                throw PythonError.typeError(
                        "a template cannot use a " + object.getClass().getName());
        };
    }

    static boolean isTrue(Value value) {
        return switch (value) {
            case Value.None ignored -> false;
            case Value.Undefined ignored -> false;
            case Value.Bool bool -> bool == Value.Bool.TRUE;
            case Value.Int number -> number.number().signum() != 0;
            case Value.Real number -> number.number() != 0;
            case Value.Str text -> !text.text().isEmpty();
            case Value.ListOf list -> !list.items().isEmpty();
            case Value.TupleOf tuple -> !tuple.items().isEmpty();
            case Value.Dict dict -> dict.size() > 0;
            case Value.DictView view -> !view.items().isEmpty();
            case Value.Range range -> range.size() > 0;
            case Loop loop -> loop.size() > 0;
            case Value.Generator ignored -> true;
            case Value.Namespace ignored -> true;
            case Value.Function ignored -> true;
            case Macro ignored -> true;
        };
    }

    /** A number's value, also of a truth value; null for what is no whole number. */
    static @Nullable BigInteger asInteger(Value value) {
        return switch (value) {
            case Value.Int number -> number.number();
            case Value.Bool bool -> bool == Value.Bool.TRUE ? BigInteger.ONE : BigInteger.ZERO;
            default -> null;
        };
    }

    static @Nullable Double asReal(Value value) {
        if (value instanceof Value.Real real) {
            return real.number();
        }
        BigInteger integer = asInteger(value);
        return integer == null ? null : integer.doubleValue();
    }

    static boolean equal(Value a, Value b) {
        return equal(a, b, 0);
    }

    private static boolean equal(Value a, Value b, int depth) {
        if (depth > DEEPEST) {
            throw new PythonError("RecursionError", "maximum recursion depth exceeded in comparison");
        }
        if (a == b) {
            return !(a instanceof Value.Real real && Double.isNaN(real.number()));
        }
        Integer order = compareNumbers(a, b);
        if (order != null) {
            return order == 0;
        }
        return switch (a) {
            case Value.Str text -> text.equals(b);
            case Value.ListOf list -> b instanceof Value.ListOf other && equalItems(list.items(), other.items(), depth);
            case Value.TupleOf tuple ->
                b instanceof Value.TupleOf other && equalItems(tuple.items(), other.items(), depth);
            case Value.Dict dict -> b instanceof Value.Dict other && equalDicts(dict, other, depth);
            case Value.DictView view ->
                b instanceof Value.DictView other && equalItems(view.items(), other.items(), depth);
            case Value.Range range -> range.equals(b);
            case Value.Undefined ignored -> b instanceof Value.Undefined;
            case Value.None ignored -> false;
            case Value.Bool ignored -> false;
            case Value.Int ignored -> false;
            case Value.Real ignored -> false;
            case Value.Generator ignored -> false;
            case Value.Namespace ignored -> false;
            case Value.Function ignored -> false;
            case Macro ignored -> false;
            case Loop ignored -> false;
        };
    }

    private static boolean equalItems(List<Value> a, List<Value> b, int depth) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!equal(a.get(i), b.get(i), depth + 1)) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalDicts(Value.Dict a, Value.Dict b, int depth) {
        if (a.size() != b.size()) {
            return false;
        }
        for (Value key : a.keys()) {
            Value left = a.get(key);
            Value right = b.get(key);
            if (left == null || right == null || !equal(left, right, depth + 1)) {
                return false;
            }
        }
        return true;
    }

    /** The order of two numbers, null if one is none; NaN is in no order and equals nothing. */
    private static @Nullable Integer compareNumbers(Value a, Value b) {
        BigInteger left = asInteger(a);
        BigInteger right = asInteger(b);
        if (left != null && right != null) {
            return left.compareTo(right);
        }
        Double x = asReal(a);
        Double y = asReal(b);
        if (x == null || y == null) {
            return null;
        }
        if (x.isNaN() || y.isNaN()) {
            return UNORDERED;
        }
        if (x.isInfinite() || y.isInfinite()) {
            return Double.compare(x, y);
        }
        BigDecimal exactLeft = left != null ? new BigDecimal(left) : new BigDecimal(x);
        return exactLeft.compareTo(right != null ? new BigDecimal(right) : new BigDecimal(y));
    }

    /**
     * Whether {@code a} stands before {@code b}, negative, with it, 0, or after it; {@link #UNORDERED} where neither.
     *
     * @throws PythonError if the types have no order
     */
    static int compare(Value a, Value b, String symbol) {
        return compare(a, b, symbol, 0);
    }

    private static int compare(Value a, Value b, String symbol, int depth) {
        if (depth > DEEPEST) {
            throw new PythonError("RecursionError", "maximum recursion depth exceeded in comparison");
        }
        if (a instanceof Value.Undefined undefined) {
            throw undefined.error();
        }
        if (b instanceof Value.Undefined undefined) {
            throw undefined.error();
        }
        Integer order = compareNumbers(a, b);
        if (order != null) {
            return order;
        }
        if (a instanceof Value.Str left && b instanceof Value.Str right) {
            return Text.compare(left.text(), right.text());
        }
        if (a instanceof Value.ListOf left && b instanceof Value.ListOf right) {
            return compareItems(left.items(), right.items(), symbol, depth);
        }
        if (a instanceof Value.TupleOf left && b instanceof Value.TupleOf right) {
            return compareItems(left.items(), right.items(), symbol, depth);
        }
        throw PythonError.typeError("'" + symbol + "' not supported between instances of '" + a.typeName() + "' and '"
                + b.typeName() + "'");
    }

    private static int compareItems(List<Value> a, List<Value> b, String symbol, int depth) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            if (!equal(a.get(i), b.get(i))) {
                return compare(a.get(i), b.get(i), symbol, depth + 1);
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    /**
     * The value that stands for a key: equal keys of different types have the same.
     *
     * @throws PythonError if it cannot be a key
     */
    static Value key(Value key) {
        return switch (key) {
            case Value.Bool bool -> Value.of(bool == Value.Bool.TRUE ? 1 : 0);
            case Value.Real real
            when real.number() == Math.rint(real.number()) && !Double.isInfinite(real.number()) ->
                new Value.Int(new BigDecimal(real.number()).toBigInteger());
            case Value.TupleOf tuple ->
                new Value.TupleOf(tuple.items().stream().map(Values::key).toList());
            case Value.ListOf list -> throw unhashable(list);
            case Value.Dict dict -> throw unhashable(dict);
            default -> key;
        };
    }

    private static PythonError unhashable(Value value) {
        return PythonError.typeError("unhashable type: '" + value.typeName() + "'");
    }

    /**
     * How many items a value has.
     *
     * @throws PythonError if it has no length
     */
    static int length(Value value) {
        return switch (value) {
            case Value.Str text -> Text.length(text.text());
            case Value.ListOf list -> list.items().size();
            case Value.TupleOf tuple -> tuple.items().size();
            case Value.Dict dict -> dict.size();
            case Value.DictView view -> view.items().size();
            case Value.Range range -> range.size();
            case Value.Undefined ignored -> 0;
            case Loop loop -> loop.size();
            case Value.None v -> throw noLength(v);
            case Value.Bool v -> throw noLength(v);
            case Value.Int v -> throw noLength(v);
            case Value.Real v -> throw noLength(v);
            case Value.Generator v -> throw noLength(v);
            case Value.Namespace v -> throw noLength(v);
            case Value.Function v -> throw noLength(v);
            case Macro v -> throw noLength(v);
        };
    }

    private static PythonError noLength(Value value) {
        return PythonError.typeError("object of type '" + value.typeName() + "' has no len()");
    }

    static boolean isIterable(Value value) {
        return switch (value) {
            case Value.Str ignored -> true;
            case Value.ListOf ignored -> true;
            case Value.TupleOf ignored -> true;
            case Value.Dict ignored -> true;
            case Value.DictView ignored -> true;
            case Value.Range ignored -> true;
            case Value.Undefined ignored -> true;
            case Value.Generator ignored -> true;
            case Loop ignored -> true;
            case Value.None ignored -> false;
            case Value.Bool ignored -> false;
            case Value.Int ignored -> false;
            case Value.Real ignored -> false;
            case Value.Namespace ignored -> false;
            case Value.Function ignored -> false;
            case Macro ignored -> false;
        };
    }

    /**
     * The items of a value, in order; of a dict its keys.
     *
     * @throws PythonError if it has none
     */
    static Iterator<Value> iterate(Value value) {
        return switch (value) {
            case Value.Str text ->
                Text.characters(text.text()).stream().<Value>map(Value::text).iterator();
            case Value.ListOf list -> list.items().iterator();
            case Value.TupleOf tuple -> tuple.items().iterator();
            case Value.Dict dict -> dict.keys().iterator();
            case Value.DictView view -> view.items().iterator();
            case Value.Range range -> numbers(range);
            case Value.Undefined ignored -> List.<Value>of().iterator();
            case Value.Generator generator -> generator.items();
            case Loop loop -> throw notIterable(loop);
            case Value.None v -> throw notIterable(v);
            case Value.Bool v -> throw notIterable(v);
            case Value.Int v -> throw notIterable(v);
            case Value.Real v -> throw notIterable(v);
            case Value.Namespace v -> throw notIterable(v);
            case Value.Function v -> throw notIterable(v);
            case Macro v -> throw notIterable(v);
        };
    }

    private static Iterator<Value> numbers(Value.Range range) {
        return new Iterator<>() {
            private int index;

            @Override
            public boolean hasNext() {
                return index < range.size();
            }

            @Override
            public Value next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                return range.get(index++);
            }
        };
    }

    private static PythonError notIterable(Value value) {
        return PythonError.typeError("'" + value.typeName() + "' object is not iterable");
    }

    /** All items of a value. */
    static List<Value> list(Value value) {
        List<Value> items = new ArrayList<>();
        iterate(value).forEachRemaining(items::add);
        return items;
    }

    /** Whether one value is in another: part of a string, key of a dict, item of the rest. */
    static boolean contains(Value container, Value wanted) {
        return switch (container) {
            case Value.Str text -> {
                if (wanted instanceof Value.Str part) {
                    yield text.text().contains(part.text());
                }
                throw PythonError.typeError("'in <string>' requires string as left operand, not " + wanted.typeName());
            }
            case Value.Dict dict -> dict.get(wanted) != null;
            default -> {
                if (!isIterable(container)) {
                    throw PythonError.typeError("argument of type '" + container.typeName() + "' is not iterable");
                }
                boolean found = false;
                for (Iterator<Value> items = iterate(container); !found && items.hasNext(); ) {
                    found = equal(items.next(), wanted);
                }
                yield found;
            }
        };
    }
}
