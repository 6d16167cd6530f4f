package dev.tenon.models.chat.jinja;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a template does, in order. */
sealed interface Statement {
    int line();

    record Data(String text, int line) implements Statement {}

    record Output(List<Expression> expressions, int line) implements Statement {}

    record If(List<Branch> branches, List<Statement> otherwise, int line) implements Statement {}

    record For(
            Target target,
            Expression iterable,
            @Nullable Expression test,
            boolean recursive,
            List<Statement> body,
            List<Statement> otherwise,
            int line)
            implements Statement {}

    record Assign(Target target, Expression value, int line) implements Statement {}

    record AssignBlock(Target target, Expression.@Nullable Filter filter, List<Statement> body, int line)
            implements Statement {}

    record DefineMacro(String name, Signature signature, int line) implements Statement {}

    record CallBlock(Expression.Call call, Signature signature, int line) implements Statement {}

    record FilterBlock(Expression.Filter filter, List<Statement> body, int line) implements Statement {}

    record With(List<Target> targets, List<Expression> values, List<Statement> body, int line) implements Statement {}

    /** A part with names of its own: a block, an autoescape or a generation block. */
    record Scoped(List<Statement> body, int line) implements Statement {}

    record Break(int line) implements Statement {}

    record Continue(int line) implements Statement {}

    /** Include, import or extends: chat templates have no loader, so reaching one is an error, as it is in Python. */
    record NeedsLoader(int line) implements Statement {}

    /** One {@code if} or {@code elif}. */
    record Branch(Expression test, List<Statement> body) {}

    /**
     * What a macro or call block takes and does.
     *
     * @param defaults of the last parameters
     * @param used the names that the body mentions
     */
    record Signature(List<String> parameters, List<Expression> defaults, List<Statement> body, Set<String> used) {}

    /** What an assignment writes to. */
    sealed interface Target {
        record Variable(String name) implements Target {}

        record NamespaceAttribute(String namespace, String attribute) implements Target {}

        record Several(List<Target> targets) implements Target {}
    }
}
