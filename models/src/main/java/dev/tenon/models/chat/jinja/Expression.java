package dev.tenon.models.chat.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What has a value. Every node knows its line. */
sealed interface Expression {
    int line();

    record Literal(Value value, int line) implements Expression {}

    record Name(String name, int line) implements Expression {}

    record ListOf(List<Expression> items, int line) implements Expression {}

    record TupleOf(List<Expression> items, int line) implements Expression {}

    record DictOf(List<Expression> keys, List<Expression> values, int line) implements Expression {}

    record Attribute(Expression target, String name, int line) implements Expression {}

    record Item(Expression target, Expression index, int line) implements Expression {}

    record Slice(
            Expression target,
            @Nullable Expression start,
            @Nullable Expression stop,
            @Nullable Expression step,
            int line)
            implements Expression {}

    record Call(Expression function, CallArguments arguments, int line) implements Expression {}

    /** The input is null where a filter stands alone, in a filter or set block. */
    record Filter(@Nullable Expression input, String name, CallArguments arguments, int line) implements Expression {}

    record Test(Expression input, String name, CallArguments arguments, boolean negated, int line)
            implements Expression {}

    record Unary(boolean negative, Expression operand, int line) implements Expression {}

    record Binary(Operator operator, Expression left, Expression right, int line) implements Expression {}

    record Concat(List<Expression> parts, int line) implements Expression {}

    record And(Expression left, Expression right, int line) implements Expression {}

    record Or(Expression left, Expression right, int line) implements Expression {}

    record Not(Expression operand, int line) implements Expression {}

    record Compare(Expression first, List<Comparison> comparisons, int line) implements Expression {}

    record Conditional(
            Expression test, Expression then, @Nullable Expression otherwise, int line) implements Expression {}

    /** One link of a chain such as {@code a < b <= c}. */
    record Comparison(Comparator comparator, Expression operand) {}

    /**
     * What a call passes.
     *
     * @param names of the last values, those passed by name
     */
    record CallArguments(
            List<Expression> values,
            List<String> names,
            @Nullable Expression spreadValues,
            @Nullable Expression spreadNames) {
        static final CallArguments NONE = new CallArguments(List.of(), List.of(), null, null);
    }

    /** Arithmetic. */
    enum Operator {
        ADD("+"),
        SUBTRACT("-"),
        MULTIPLY("*"),
        DIVIDE("/"),
        FLOOR_DIVIDE("//"),
        MODULO("%"),
        POWER("** or pow()");

        private final String symbol;

        Operator(String symbol) {
            this.symbol = symbol;
        }

        String symbol() {
            return symbol;
        }
    }

    /** Comparison. */
    enum Comparator {
        EQUAL("=="),
        NOT_EQUAL("!="),
        LESS("<"),
        LESS_OR_EQUAL("<="),
        GREATER(">"),
        GREATER_OR_EQUAL(">="),
        IN("in"),
        NOT_IN("not in");

        private final String symbol;

        Comparator(String symbol) {
            this.symbol = symbol;
        }

        String symbol() {
            return symbol;
        }
    }
}
