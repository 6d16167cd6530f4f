package dev.tenon.models.chat.jinja;

import dev.tenon.models.chat.jinja.Expression.Comparator;
import dev.tenon.models.chat.jinja.Expression.Operator;
import java.util.Set;

/** What {@code is} asks. */
final class Tests {
    private static final Set<String> NAMES = Set.of(
            "boolean",
            "callable",
            "defined",
            "divisibleby",
            "eq",
            "equalto",
            "==",
            "escaped",
            "even",
            "false",
            "filter",
            "float",
            "ge",
            ">=",
            "gt",
            "greaterthan",
            ">",
            "in",
            "integer",
            "iterable",
            "le",
            "<=",
            "lower",
            "lt",
            "lessthan",
            "<",
            "mapping",
            "ne",
            "!=",
            "none",
            "number",
            "odd",
            "sameas",
            "sequence",
            "string",
            "test",
            "true",
            "undefined",
            "upper");

    /** Those that take no argument. */
    private static final Set<String> ALONE = Set.of(
            "boolean",
            "callable",
            "defined",
            "escaped",
            "even",
            "false",
            "filter",
            "float",
            "integer",
            "iterable",
            "lower",
            "mapping",
            "none",
            "number",
            "odd",
            "sequence",
            "string",
            "test",
            "true",
            "undefined",
            "upper");

    private Tests() {}

    static boolean apply(String name, Value value, Arguments arguments) {
        if (ALONE.contains(name)) {
            arguments.none("test_" + name);
        }
        return switch (name) {
            case "defined" -> !(value instanceof Value.Undefined);
            case "undefined" -> value instanceof Value.Undefined;
            case "none" -> value == Value.None.NONE;
            case "boolean" -> value instanceof Value.Bool;
            case "true" -> value == Value.Bool.TRUE;
            case "false" -> value == Value.Bool.FALSE;
            case "string" -> value instanceof Value.Str;
            case "mapping" -> value instanceof Value.Dict;
            case "iterable" -> Values.isIterable(value);
            case "sequence" -> isSequence(value);
            case "integer" -> value instanceof Value.Int;
            case "float" -> value instanceof Value.Real;
            case "number" -> value instanceof Value.Int || value instanceof Value.Real || value instanceof Value.Bool;
            case "callable" ->
                value instanceof Value.Function
                        || value instanceof Macro
                        || value instanceof Loop
                        || value instanceof Value.Undefined;
            case "odd" -> remainder(value, Value.of(2), arguments, 1);
            case "even" -> remainder(value, Value.of(2), arguments, 0);
            case "divisibleby" -> remainder(value, other(name, arguments), arguments, 0);
            case "lower" -> TextCase.is(Representation.string(value), "islower");
            case "upper" -> TextCase.is(Representation.string(value), "isupper");
            case "escaped" -> value instanceof Value.Str text && text.markup();
            case "filter" -> Filters.NAMES.contains(Representation.string(value));
            case "test" -> NAMES.contains(Representation.string(value));
            case "in" -> Values.contains(other(name, arguments), value);
            case "sameas" -> isSame(value, other(name, arguments));
            case "eq", "equalto", "==" -> Values.equal(value, other(name, arguments));
            case "ne", "!=" -> !Values.equal(value, other(name, arguments));
            case "lt", "lessthan", "<" -> Evaluator.holds(Comparator.LESS, value, other(name, arguments));
            case "le", "<=" -> Evaluator.holds(Comparator.LESS_OR_EQUAL, value, other(name, arguments));
            case "gt", "greaterthan", ">" -> Evaluator.holds(Comparator.GREATER, value, other(name, arguments));
            case "ge", ">=" -> Evaluator.holds(Comparator.GREATER_OR_EQUAL, value, other(name, arguments));
            default ->
                throw new PythonError("TemplateAssertionError", "No test named " + Representation.quoted(name) + ".");
        };
    }

    private static Value other(String name, Arguments arguments) {
        return arguments.bind(name, 1, "other").get(0);
    }

    private static boolean isSequence(Value value) {
        return switch (value) {
            case Value.Str ignored -> true;
            case Value.ListOf ignored -> true;
            case Value.TupleOf ignored -> true;
            case Value.Dict ignored -> true;
            case Value.Range ignored -> true;
            case Value.Undefined ignored -> true;
            default -> false;
        };
    }

    private static boolean remainder(Value value, Value divisor, Arguments arguments, int wanted) {
        Value remainder = Arithmetic.apply(Operator.MODULO, value, divisor, arguments.budget());
        return Values.equal(remainder, Value.of(wanted));
    }

    /** Small whole numbers and equal strings are one object in Python, near enough. */
    private static boolean isSame(Value a, Value b) {
        return a == b
                || (a.getClass() == b.getClass() && (a instanceof Value.Int || a instanceof Value.Str) && a.equals(b));
    }
}
