package dev.tenon.models.chat.jinja;

import dev.tenon.models.chat.jinja.Token.Kind;
import java.util.List;

/** Tokens, read from the front; the last, the end, stays. */
final class TokenStream {
    /** A longer chain of operators is refused: each link is a level of the tree. */
    private static final int LONGEST_CHAIN = 200;

    /** Deeper nesting of expressions or statements is refused, so that no template overflows the stack. */
    private static final int DEEPEST = 100;

    private final List<Token> tokens;
    private int at;
    private int depth;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(at);
    }

    Token look() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = current();
        if (token.kind() != Kind.END) {
            at++;
        }
        return token;
    }

    boolean at(Kind kind) {
        return current().kind() == kind;
    }

    boolean atOperator(String operator) {
        return current().isOperator(operator);
    }

    boolean atName(String name) {
        return current().isName(name);
    }

    boolean skipName(String name) {
        boolean found = atName(name);
        if (found) {
            next();
        }
        return found;
    }

    boolean skipOperator(String operator) {
        boolean found = atOperator(operator);
        if (found) {
            next();
        }
        return found;
    }

    Token expect(Kind kind) {
        if (!at(kind)) {
            throw expected(kind == Kind.NAME ? "name" : new Token(kind, "", 0).describe());
        }
        return next();
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw expected(operator);
        }
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw expected(name);
        }
    }

    PythonError.Syntax fail(String problem) {
        return new PythonError.Syntax(problem, current().line());
    }

    private PythonError.Syntax expected(String what) {
        if (at(Kind.END)) {
            return fail("unexpected end of template, expected '" + what + "'.");
        }
        return fail("expected token '" + what + "', got '" + current().describe() + "'");
    }

    void enter() {
        if (++depth > DEEPEST) {
            throw new PythonError.Limit(
                    "nested more than " + DEEPEST + " deep at line " + current().line());
        }
    }

    void leave() {
        depth--;
    }

    /** Refuses a chain of more operators than a tree can be deep. */
    void checkChain(int links) {
        if (links > LONGEST_CHAIN) {
            throw new PythonError.Limit("more than " + LONGEST_CHAIN + " operators in a row at line "
                    + current().line());
        }
    }
}
