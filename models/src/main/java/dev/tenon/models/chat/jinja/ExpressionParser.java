package dev.tenon.models.chat.jinja;

import dev.tenon.models.chat.jinja.Expression.CallArguments;
import dev.tenon.models.chat.jinja.Expression.Comparator;
import dev.tenon.models.chat.jinja.Expression.Comparison;
import dev.tenon.models.chat.jinja.Expression.Operator;
import dev.tenon.models.chat.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Expressions, by recursive descent, one method a level of precedence, loosest first. */
final class ExpressionParser {
    private static final Map<String, Comparator> COMPARATORS = Map.of(
            "==", Comparator.EQUAL,
            "!=", Comparator.NOT_EQUAL,
            "<", Comparator.LESS,
            "<=", Comparator.LESS_OR_EQUAL,
            ">", Comparator.GREATER,
            ">=", Comparator.GREATER_OR_EQUAL);
    private static final Map<String, Operator> SUMS = Map.of("+", Operator.ADD, "-", Operator.SUBTRACT);
    private static final Map<String, Operator> PRODUCTS = Map.of(
            "*", Operator.MULTIPLY,
            "/", Operator.DIVIDE,
            "//", Operator.FLOOR_DIVIDE,
            "%", Operator.MODULO);
    private static final Map<String, Operator> POWERS = Map.of("**", Operator.POWER);

    /** A longer chain of operators is refused: each link is a level of the tree. */
    private static final int LONGEST_CHAIN = 200;

    private final TokenStream tokens;
    private final Set<String> names = new HashSet<>();

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    /** The names that were mentioned since this was last asked. */
    Set<String> takeNames() {
        Set<String> taken = Set.copyOf(names);
        names.clear();
        return taken;
    }

    /** Puts names back that an outer macro mentions too. */
    void mention(Set<String> more) {
        names.addAll(more);
    }

    /** One expression. */
    Expression expression() {
        tokens.enter();
        Expression value = or();
        int links = 0;
        while (tokens.atName("if")) {
            checkChain(++links);
            int line = tokens.next().line();
            Expression test = or();
            value = new Expression.Conditional(test, value, tokens.skipName("else") ? expression() : null, line);
        }
        tokens.leave();
        return value;
    }

    /** Expressions with commas between them are a tuple. */
    Expression tuple() {
        return tuple(false, true, null);
    }

    /**
     * @param inParentheses whether nothing at all is a value too, the empty tuple
     * @param conditional whether a condition may follow an expression
     * @param end a name that ends the tuple, besides the end of what encloses it
     */
    Expression tuple(boolean inParentheses, boolean conditional, @Nullable String end) {
        int line = tokens.current().line();
        List<Expression> items = new ArrayList<>();
        boolean isTuple = false;
        while (!endsTuple(end)) {
            items.add(conditional ? expression() : nested());
            if (!tokens.skipOperator(",")) {
                break;
            }
            isTuple = true;
        }
        if (isTuple) {
            return new Expression.TupleOf(items, line);
        }
        if (items.isEmpty()) {
            if (!inParentheses) {
                throw tokens.fail(
                        "Expected an expression, got '" + tokens.current().describe() + "'");
            }
            return new Expression.TupleOf(items, line);
        }
        return items.getFirst();
    }

    private Expression nested() {
        tokens.enter();
        Expression value = or();
        tokens.leave();
        return value;
    }

    private boolean endsTuple(@Nullable String end) {
        return tokens.at(Kind.BLOCK_END)
                || tokens.at(Kind.VARIABLE_END)
                || tokens.atOperator(")")
                || (end != null && tokens.atName(end));
    }

    private Expression or() {
        Expression left = and();
        int links = 0;
        while (tokens.atName("or")) {
            checkChain(++links);
            int line = tokens.next().line();
            left = new Expression.Or(left, and(), line);
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        int links = 0;
        while (tokens.atName("and")) {
            checkChain(++links);
            int line = tokens.next().line();
            left = new Expression.And(left, not(), line);
        }
        return left;
    }

    private Expression not() {
        if (!tokens.atName("not")) {
            return compare();
        }
        tokens.enter();
        int line = tokens.next().line();
        Expression operand = not();
        tokens.leave();
        return new Expression.Not(operand, line);
    }

    private Expression compare() {
        int line = tokens.current().line();
        Expression first = sum();
        List<Comparison> comparisons = new ArrayList<>();
        while (true) {
            @Nullable
            Comparator comparator =
                    tokens.at(Kind.OPERATOR) ? COMPARATORS.get(tokens.current().text()) : null;
            if (comparator != null) {
                tokens.next();
            } else if (tokens.skipName("in")) {
                comparator = Comparator.IN;
            } else if (tokens.atName("not") && tokens.look().isName("in")) {
                tokens.next();
                tokens.next();
                comparator = Comparator.NOT_IN;
            } else {
                break;
            }
            comparisons.add(new Comparison(comparator, sum()));
        }
        return comparisons.isEmpty() ? first : new Expression.Compare(first, comparisons, line);
    }

    private Expression sum() {
        return chain(SUMS, this::concat);
    }

    private Expression concat() {
        int line = tokens.current().line();
        List<Expression> parts = new ArrayList<>();
        parts.add(product());
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return parts.size() == 1 ? parts.getFirst() : new Expression.Concat(parts, line);
    }

    private Expression product() {
        return chain(PRODUCTS, () -> chain(POWERS, () -> unary(true)));
    }

    /** A level of binary operators. */
    private interface Level {
        Expression parse();
    }

    private Expression chain(Map<String, Operator> operators, Level tighter) {
        Expression left = tighter.parse();
        int links = 0;
        while (tokens.at(Kind.OPERATOR)) {
            @Nullable Operator operator = operators.get(tokens.current().text());
            if (operator == null) {
                break;
            }
            checkChain(++links);
            int line = tokens.next().line();
            left = new Expression.Binary(operator, left, tighter.parse(), line);
        }
        return left;
    }

    private Expression unary(boolean withFilter) {
        Expression value;
        if (tokens.atOperator("-") || tokens.atOperator("+")) {
            tokens.enter();
            Token sign = tokens.next();
            value = new Expression.Unary(sign.text().equals("-"), unary(false), sign.line());
            tokens.leave();
        } else {
            value = primary();
        }
        value = postfix(value);
        return withFilter ? filtersAndTests(value) : value;
    }

    Expression primary() {
        Token token = tokens.current();
        return switch (token.kind()) {
            case NAME -> name(tokens.next());
            case STRING -> strings();
            case INTEGER -> new Expression.Literal(new Value.Int(tokens.next().integer()), token.line());
            case FLOAT ->
                new Expression.Literal(
                        new Value.Real(Double.parseDouble(tokens.next().text().replace("_", ""))), token.line());
            case OPERATOR -> bracketed(token);
            case DATA, BLOCK_BEGIN, BLOCK_END, VARIABLE_BEGIN, VARIABLE_END, END -> throw unexpected(token);
        };
    }

    private Expression name(Token token) {
        return switch (token.text()) {
            case "true", "True" -> new Expression.Literal(Value.Bool.TRUE, token.line());
            case "false", "False" -> new Expression.Literal(Value.Bool.FALSE, token.line());
            case "none", "None" -> new Expression.Literal(Value.None.NONE, token.line());
            default -> {
                names.add(token.text());
                yield new Expression.Name(token.text(), token.line());
            }
        };
    }

    private Expression strings() {
        int line = tokens.current().line();
        StringBuilder text = new StringBuilder();
        while (tokens.at(Kind.STRING)) {
            text.append(tokens.next().text());
        }
        return new Expression.Literal(Value.text(text.toString()), line);
    }

    private Expression bracketed(Token token) {
        switch (token.text()) {
            case "(" -> {
                tokens.next();
                Expression inner = tuple(true, true, null);
                tokens.expectOperator(")");
                return inner;
            }
            case "[" -> {
                tokens.next();
                return new Expression.ListOf(items("]"), token.line());
            }
            case "{" -> {
                tokens.next();
                return dict(token.line());
            }
            default -> throw unexpected(token);
        }
    }

    private PythonError.Syntax unexpected(Token token) {
        return tokens.fail("unexpected " + Representation.quoted(token.describe()));
    }

    private List<Expression> items(String close) {
        List<Expression> items = new ArrayList<>();
        while (!tokens.atOperator(close)) {
            if (!items.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.atOperator(close)) {
                    break;
                }
            }
            items.add(expression());
        }
        tokens.expectOperator(close);
        return items;
    }

    private Expression dict(int line) {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.atOperator("}")) {
            if (!keys.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.atOperator("}")) {
                    break;
                }
            }
            keys.add(expression());
            tokens.expectOperator(":");
            values.add(expression());
        }
        tokens.expectOperator("}");
        return new Expression.DictOf(keys, values, line);
    }

    private Expression postfix(Expression start) {
        Expression value = start;
        int links = 0;
        while (true) {
            checkChain(++links);
            if (tokens.atOperator(".")) {
                value = attribute(value);
            } else if (tokens.atOperator("[")) {
                value = subscript(value);
            } else if (tokens.atOperator("(")) {
                value = new Expression.Call(value, arguments(), tokens.current().line());
            } else {
                return value;
            }
        }
    }

    private Expression filtersAndTests(Expression start) {
        Expression value = start;
        int links = 0;
        while (true) {
            checkChain(++links);
            if (tokens.atOperator("|")) {
                value = filters(value);
            } else if (tokens.atName("is")) {
                value = test(value);
            } else if (tokens.atOperator("(")) {
                value = new Expression.Call(value, arguments(), tokens.current().line());
            } else {
                return value;
            }
        }
    }

    private Expression attribute(Expression target) {
        int line = tokens.next().line();
        Token name = tokens.next();
        if (name.kind() == Kind.NAME) {
            return new Expression.Attribute(target, name.text(), line);
        }
        if (name.kind() == Kind.INTEGER) {
            return new Expression.Item(target, new Expression.Literal(new Value.Int(name.integer()), line), line);
        }
        throw new PythonError.Syntax("expected name or number", name.line());
    }

    private Expression subscript(Expression target) {
        int line = tokens.next().line();
        List<Expression> indices = new ArrayList<>();
        @Nullable Expression start = tokens.atOperator(":") ? null : expression();
        if (tokens.skipOperator(":")) {
            @Nullable Expression stop = atSliceEnd() ? null : expression();
            @Nullable Expression step = tokens.skipOperator(":") && !atSliceEnd() ? expression() : null;
            tokens.expectOperator("]");
            return new Expression.Slice(target, start, stop, step, line);
        }
        if (start == null) {
            throw unexpected(tokens.current());
        }
        indices.add(start);
        while (tokens.skipOperator(",")) {
            indices.add(expression());
        }
        tokens.expectOperator("]");
        Expression index = indices.size() == 1 ? start : new Expression.TupleOf(indices, line);
        return new Expression.Item(target, index, line);
    }

    private boolean atSliceEnd() {
        return tokens.atOperator("]") || tokens.atOperator(":");
    }

    private CallArguments arguments() {
        tokens.expectOperator("(");
        List<Expression> values = new ArrayList<>();
        List<String> named = new ArrayList<>();
        @Nullable Expression spreadValues = null;
        @Nullable Expression spreadNames = null;
        boolean more = false;
        while (!tokens.atOperator(")")) {
            if (more) {
                tokens.expectOperator(",");
                if (tokens.atOperator(")")) {
                    break;
                }
            }
            more = true;
            boolean byName = tokens.at(Kind.NAME) && tokens.look().isOperator("=");
            boolean plain = !byName && !tokens.atOperator("*") && !tokens.atOperator("**");
            boolean misplaced = spreadNames != null
                    || (spreadValues != null && !byName && !tokens.atOperator("**"))
                    || (plain && !named.isEmpty());
            if (misplaced) {
                throw tokens.fail("invalid syntax for function call expression");
            }
            if (tokens.skipOperator("*")) {
                spreadValues = expression();
            } else if (tokens.skipOperator("**")) {
                spreadNames = expression();
            } else {
                if (byName) {
                    named.add(tokens.next().text());
                    tokens.next();
                }
                values.add(expression());
            }
        }
        tokens.expectOperator(")");
        return new CallArguments(values, named, spreadValues, spreadNames);
    }

    private Expression filters(Expression input) {
        tokens.next();
        return filter(input);
    }

    /** One filter, at its name. */
    Expression.Filter filter(@Nullable Expression input) {
        Token name = tokens.expect(Kind.NAME);
        String full = dotted(name);
        return new Expression.Filter(
                input, full, tokens.atOperator("(") ? arguments() : CallArguments.NONE, name.line());
    }

    /** Filters one after the other, each at its name or after a bar. */
    Expression.Filter filterChain() {
        Expression.Filter filter = filter(null);
        int links = 0;
        while (tokens.skipOperator("|")) {
            checkChain(++links);
            filter = filter(filter);
        }
        return filter;
    }

    private String dotted(Token first) {
        StringBuilder name = new StringBuilder(first.text());
        while (tokens.skipOperator(".")) {
            name.append('.').append(tokens.expect(Kind.NAME).text());
        }
        return name.toString();
    }

    private Expression test(Expression input) {
        int line = tokens.next().line();
        boolean negated = tokens.skipName("not");
        String name = dotted(tokens.expect(Kind.NAME));
        CallArguments arguments = CallArguments.NONE;
        if (tokens.atOperator("(")) {
            arguments = arguments();
        } else if (startsTestArgument()) {
            if (tokens.atName("is")) {
                throw tokens.fail("You cannot chain multiple tests with is");
            }
            arguments = new CallArguments(List.of(postfix(primary())), List.of(), null, null);
        }
        return new Expression.Test(input, name, arguments, negated, line);
    }

    private boolean startsTestArgument() {
        return switch (tokens.current().kind()) {
            case NAME -> !tokens.atName("else") && !tokens.atName("or") && !tokens.atName("and");
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> tokens.atOperator("[") || tokens.atOperator("{");
            case DATA, BLOCK_BEGIN, BLOCK_END, VARIABLE_BEGIN, VARIABLE_END, END -> false;
        };
    }

    private void checkChain(int links) {
        if (links > LONGEST_CHAIN) {
            throw new PythonError.Limit("more than " + LONGEST_CHAIN + " operators in a row at line "
                    + tokens.current().line());
        }
    }
}
