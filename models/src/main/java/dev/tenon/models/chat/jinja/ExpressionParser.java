package dev.tenon.models.chat.jinja;

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

    private final TokenStream tokens;
    private final SuffixParser suffixes;
    private final Set<String> names = new HashSet<>();

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
        suffixes = new SuffixParser(tokens, this);
    }

    /** What stands behind a value. */
    SuffixParser suffixes() {
        return suffixes;
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
            tokens.checkChain(++links);
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
            tokens.checkChain(++links);
            int line = tokens.next().line();
            left = new Expression.Or(left, and(), line);
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        int links = 0;
        while (tokens.atName("and")) {
            tokens.checkChain(++links);
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
            tokens.checkChain(++links);
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
        value = suffixes.postfix(value);
        return withFilter ? suffixes.filtersAndTests(value) : value;
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

    PythonError.Syntax unexpected(Token token) {
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
}
