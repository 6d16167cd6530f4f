package dev.tenon.models.chat.jinja;

import dev.tenon.models.chat.jinja.Statement.Branch;
import dev.tenon.models.chat.jinja.Statement.Signature;
import dev.tenon.models.chat.jinja.Statement.Target;
import dev.tenon.models.chat.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Statements: text, output and tags, up to the tag that ends the part being read. */
final class StatementParser {
    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private int loops;

    private StatementParser(TokenStream tokens) {
        this.tokens = tokens;
        expressions = new ExpressionParser(tokens);
    }

    /**
     * The statements of a template.
     *
     * @throws PythonError.Syntax if it is not Jinja
     * @throws PythonError.Limit if it is nested too deep
     */
    static List<Statement> parse(String template) {
        return new StatementParser(new TokenStream(Lexer.tokens(template))).statements(Set.of());
    }

    /** Reads up to a tag that starts with one of the names, which becomes current; all where there is none. */
    private List<Statement> statements(Set<String> ends) {
        tokens.enter();
        List<Statement> body = new ArrayList<>();
        while (!tokens.at(Kind.END)) {
            Token token = tokens.next();
            if (token.kind() == Kind.DATA) {
                body.add(new Statement.Data(token.text(), token.line()));
            } else if (token.kind() == Kind.VARIABLE_BEGIN) {
                body.add(new Statement.Output(List.of(expressions.tuple()), token.line()));
                tokens.expect(Kind.VARIABLE_END);
            } else {
                if (tokens.at(Kind.NAME) && ends.contains(tokens.current().text())) {
                    tokens.leave();
                    return body;
                }
                body.add(statement());
                tokens.expect(Kind.BLOCK_END);
            }
        }
        if (!ends.isEmpty()) {
            throw tokens.fail("Unexpected end of template. Jinja was looking for one of the tags " + ends + ".");
        }
        tokens.leave();
        return body;
    }

    /** The body of a tag that is read up to its end; the tag that ended it becomes current. */
    private List<Statement> body(String... ends) {
        tokens.skipOperator(":");
        tokens.expect(Kind.BLOCK_END);
        return statements(Set.of(ends));
    }

    private List<Statement> wholeBody(String end) {
        List<Statement> body = body(end);
        tokens.next();
        return body;
    }

    private Statement statement() {
        if (!tokens.at(Kind.NAME)) {
            throw tokens.fail("tag name expected");
        }
        Token tag = tokens.next();
        int line = tag.line();
        return switch (tag.text()) {
            case "for" -> forLoop(line);
            case "if" -> ifElse(line);
            case "set" -> set(line);
            case "macro" -> macro(line);
            case "call" -> callBlock(line);
            case "filter" ->
                new Statement.FilterBlock(expressions.suffixes().filterChain(), wholeBody("endfilter"), line);
            case "with" -> with(line);
            case "block" -> block(line);
            case "autoescape" -> autoescape(line);
            case "generation" -> new Statement.Scoped(wholeBody("endgeneration"), line);
            case "print" -> print(line);
            case "break" -> new Statement.Break(inLoop(tag));
            case "continue" -> new Statement.Continue(inLoop(tag));
            case "include", "import", "from", "extends" -> needsLoader(line);
            default -> throw new PythonError.Syntax("Encountered unknown tag '" + tag.text() + "'.", line);
        };
    }

    private int inLoop(Token tag) {
        if (loops == 0) {
            throw new PythonError.Syntax("'" + tag.text() + "' outside loop", tag.line());
        }
        return tag.line();
    }

    private Statement forLoop(int line) {
        Target target = target("in", false);
        tokens.expectName("in");
        Expression iterable = expressions.tuple(false, false, "recursive");
        @Nullable Expression test = tokens.skipName("if") ? expressions.expression() : null;
        boolean recursive = tokens.skipName("recursive");
        loops++;
        List<Statement> body = body("endfor", "else");
        loops--;
        List<Statement> otherwise = tokens.next().isName("else") ? wholeBody("endfor") : List.of();
        return new Statement.For(target, iterable, test, recursive, body, otherwise, line);
    }

    private Statement ifElse(int line) {
        List<Branch> branches = new ArrayList<>();
        while (true) {
            Expression test = expressions.tuple(false, false, null);
            branches.add(new Branch(test, body("elif", "else", "endif")));
            Token end = tokens.next();
            if (!end.isName("elif")) {
                List<Statement> otherwise = end.isName("else") ? wholeBody("endif") : List.of();
                return new Statement.If(branches, otherwise, line);
            }
        }
    }

    private Statement set(int line) {
        Target target = target(null, true);
        if (tokens.skipOperator("=")) {
            return new Statement.Assign(target, expressions.tuple(), line);
        }
        Expression.@Nullable Filter filter =
                tokens.skipOperator("|") ? expressions.suffixes().filterChain() : null;
        return new Statement.AssignBlock(target, filter, wholeBody("endset"), line);
    }

    private Statement macro(int line) {
        String name = tokens.expect(Kind.NAME).text();
        return new Statement.DefineMacro(name, signature("endmacro"), line);
    }

    private Statement callBlock(int line) {
        Set<String> outer = expressions.takeNames();
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        if (tokens.atOperator("(")) {
            parameters(parameters, defaults);
        }
        if (!(expressions.expression() instanceof Expression.Call call)) {
            throw tokens.fail("expected call");
        }
        Set<String> before = expressions.takeNames();
        List<Statement> body = macroBody("endcall");
        Set<String> used = expressions.takeNames();
        mention(outer, before, used);
        return new Statement.CallBlock(call, new Signature(parameters, defaults, body, used), line);
    }

    private Signature signature(String end) {
        Set<String> outer = expressions.takeNames();
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        parameters(parameters, defaults);
        Set<String> before = expressions.takeNames();
        List<Statement> body = macroBody(end);
        Set<String> used = expressions.takeNames();
        mention(outer, before, used);
        return new Signature(parameters, defaults, body, used);
    }

    /** A macro's body stands by itself: a loop around it is no loop to break from. */
    private List<Statement> macroBody(String end) {
        int outerLoops = loops;
        loops = 0;
        List<Statement> body = wholeBody(end);
        loops = outerLoops;
        return body;
    }

    @SafeVarargs
    private void mention(Set<String>... sets) {
        Set<String> all = new HashSet<>();
        for (Set<String> set : sets) {
            all.addAll(set);
        }
        expressions.mention(all);
    }

    private void parameters(List<String> parameters, List<Expression> defaults) {
        tokens.expectOperator("(");
        while (!tokens.atOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            parameters.add(tokens.expect(Kind.NAME).text());
            if (tokens.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw tokens.fail("non-default argument follows default argument");
            }
        }
        tokens.expectOperator(")");
    }

    private Statement with(int line) {
        List<Target> targets = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.at(Kind.BLOCK_END)) {
            if (!targets.isEmpty()) {
                tokens.expectOperator(",");
            }
            targets.add(target(null, false));
            tokens.expectOperator("=");
            values.add(expressions.expression());
        }
        return new Statement.With(targets, values, wholeBody("endwith"), line);
    }

    private Statement block(int line) {
        String name = tokens.expect(Kind.NAME).text();
        tokens.skipName("scoped");
        tokens.skipName("required");
        List<Statement> body = macroBody("endblock");
        tokens.skipName(name);
        return new Statement.Scoped(body, line);
    }

    private Statement autoescape(int line) {
        Expression on = expressions.expression();
        List<Statement> body = wholeBody("endautoescape");
        if (on instanceof Expression.Literal literal && literal.value() == Value.Bool.FALSE) {
            return new Statement.Scoped(body, line);
        }
        throw new PythonError.Syntax("autoescape is not for chat templates", line);
    }

    private Statement print(int line) {
        List<Expression> values = new ArrayList<>();
        while (!tokens.at(Kind.BLOCK_END)) {
            if (!values.isEmpty()) {
                tokens.expectOperator(",");
            }
            values.add(expressions.expression());
        }
        return new Statement.Output(values, line);
    }

    private Statement needsLoader(int line) {
        while (!tokens.at(Kind.BLOCK_END)) {
            if (tokens.at(Kind.END)) {
                throw tokens.fail("unexpected end of template");
            }
            tokens.next();
        }
        return new Statement.NeedsLoader(line);
    }

    private Target target(@Nullable String end, boolean namespaces) {
        List<Target> targets = new ArrayList<>();
        boolean several = false;
        while (!tokens.at(Kind.BLOCK_END) && !tokens.atOperator(")") && !(end != null && tokens.atName(end))) {
            targets.add(oneTarget(namespaces));
            if (!tokens.skipOperator(",")) {
                break;
            }
            several = true;
        }
        if (targets.isEmpty()) {
            throw tokens.fail("Expected an expression, got '" + tokens.current().describe() + "'");
        }
        return several ? new Target.Several(targets) : targets.getFirst();
    }

    private Target oneTarget(boolean namespaces) {
        if (tokens.atOperator("(")) {
            tokens.enter();
            tokens.next();
            Target inner = target(null, namespaces);
            tokens.expectOperator(")");
            tokens.leave();
            return inner;
        }
        if (!tokens.at(Kind.NAME)) {
            throw tokens.fail("can't assign to '" + tokens.current().describe() + "'");
        }
        Token name = tokens.next();
        if (namespaces && tokens.skipOperator(".")) {
            return new Target.NamespaceAttribute(
                    name.text(), tokens.expect(Kind.NAME).text());
        }
        return switch (name.text()) {
            case "true", "True", "false", "False", "none", "None" ->
                throw new PythonError.Syntax("can't assign to 'const'", name.line());
            default -> new Target.Variable(name.text());
        };
    }
}
