package dev.tenon.models.chat.jinja;

import dev.tenon.models.chat.jinja.Expression.CallArguments;
import dev.tenon.models.chat.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What stands behind a value: attributes, subscripts, calls, filters and tests. */
final class SuffixParser {
    private final TokenStream tokens;
    private final ExpressionParser expressions;

    SuffixParser(TokenStream tokens, ExpressionParser expressions) {
        this.tokens = tokens;
        this.expressions = expressions;
    }

    /** Attributes, subscripts and calls. */
    Expression postfix(Expression start) {
        Expression value = start;
        int links = 0;
        while (true) {
            tokens.checkChain(++links);
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

    /** Filters and tests, and calls of what these give. */
    Expression filtersAndTests(Expression start) {
        Expression value = start;
        int links = 0;
        while (true) {
            tokens.checkChain(++links);
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
        @Nullable Expression start = tokens.atOperator(":") ? null : expressions.expression();
        if (tokens.skipOperator(":")) {
            @Nullable Expression stop = atSliceEnd() ? null : expressions.expression();
            @Nullable Expression step = tokens.skipOperator(":") && !atSliceEnd() ? expressions.expression() : null;
            tokens.expectOperator("]");
            return new Expression.Slice(target, start, stop, step, line);
        }
        if (start == null) {
            throw expressions.unexpected(tokens.current());
        }
        indices.add(start);
        while (tokens.skipOperator(",")) {
            indices.add(expressions.expression());
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
                spreadValues = expressions.expression();
            } else if (tokens.skipOperator("**")) {
                spreadNames = expressions.expression();
            } else {
                if (byName) {
                    named.add(tokens.next().text());
                    tokens.next();
                }
                values.add(expressions.expression());
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
            tokens.checkChain(++links);
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
            arguments = new CallArguments(List.of(postfix(expressions.primary())), List.of(), null, null);
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
}
