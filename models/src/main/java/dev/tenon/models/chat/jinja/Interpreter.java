package dev.tenon.models.chat.jinja;

import dev.tenon.models.chat.jinja.Statement.Target;
import java.time.ZonedDateTime;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs a template once. */
final class Interpreter {
    /** How a run of statements ended. */
    private enum Flow {
        ON,
        BREAK,
        CONTINUE
    }

    private final Budget budget;
    private final Evaluator evaluator;
    private StringBuilder out = new StringBuilder();
    private int line = 1;

    Interpreter(Limits limits) {
        budget = new Budget(limits);
        evaluator = new Evaluator(this, budget);
    }

    Budget budget() {
        return budget;
    }

    /** The line of the template that runs, for errors. */
    int line() {
        return line;
    }

    void at(int newLine) {
        line = newLine;
    }

    /** What a template prints. */
    String run(List<Statement> template, Map<String, ? extends Value> variables, Supplier<ZonedDateTime> clock) {
        Scope globals = new Scope(null);
        Globals.all(clock, budget).forEach(globals::set);
        Scope context = new Scope(globals);
        variables.forEach(context::set);
        run(template, new Scope(context));
        return out.toString();
    }

    /** What statements print, instead of printing it. */
    String capture(List<Statement> body, Scope scope) {
        budget.enter();
        StringBuilder outer = out;
        out = new StringBuilder();
        run(body, scope);
        String text = out.toString();
        out = outer;
        budget.leave();
        return text;
    }

    Value evaluate(Expression expression, Scope scope) {
        return evaluator.evaluate(expression, scope);
    }

    private Flow run(List<Statement> statements, Scope scope) {
        budget.enter();
        Flow flow = Flow.ON;
        for (Iterator<Statement> all = statements.iterator(); flow == Flow.ON && all.hasNext(); ) {
            flow = run(all.next(), scope);
        }
        budget.leave();
        return flow;
    }

    private Flow run(Statement statement, Scope scope) {
        budget.step();
        line = statement.line();
        switch (statement) {
            case Statement.Data data -> print(data.text());
            case Statement.Output output -> {
                for (Expression expression : output.expressions()) {
                    print(Representation.string(evaluate(expression, scope)));
                }
            }
            case Statement.If branches -> {
                return choose(branches, scope);
            }
            case Statement.For loop -> {
                return loop(loop, evaluate(loop.iterable(), scope), scope, 0);
            }
            case Statement.Assign assign -> {
                checkNamespaces(assign.target(), scope);
                assign(assign.target(), evaluate(assign.value(), scope), scope);
            }
            case Statement.AssignBlock block -> {
                Value text = Value.text(capture(block.body(), new Scope(scope)));
                Value value = block.filter() == null ? text : evaluator.filterBlock(block.filter(), text, scope);
                checkNamespaces(block.target(), scope);
                assign(block.target(), value, scope);
            }
            case Statement.DefineMacro macro ->
                scope.set(macro.name(), new Macro(macro.name(), macro.signature(), scope));
            case Statement.CallBlock block ->
                print(Representation.string(
                        evaluator.call(block.call(), scope, new Macro("caller", block.signature(), scope))));
            case Statement.FilterBlock block -> {
                Value text = Value.text(capture(block.body(), new Scope(scope)));
                print(Representation.string(evaluator.filterBlock(block.filter(), text, scope)));
            }
            case Statement.With with -> {
                return with(with, scope);
            }
            case Statement.Scoped scoped -> {
                return run(scoped.body(), new Scope(scope));
            }
            case Statement.Break ignored -> {
                return Flow.BREAK;
            }
            case Statement.Continue ignored -> {
                return Flow.CONTINUE;
            }
            case Statement.NeedsLoader ignored ->
                throw PythonError.typeError("no loader for this environment specified");
        }
        return Flow.ON;
    }

    private void print(String text) {
        budget.make((long) out.length() + text.length() >> 8);
        budget.make(text.length());
        out.append(text);
    }

    private Flow choose(Statement.If branches, Scope scope) {
        for (Statement.Branch branch : branches.branches()) {
            if (Values.isTrue(evaluate(branch.test(), scope))) {
                return run(branch.body(), scope);
            }
        }
        return run(branches.otherwise(), scope);
    }

    private Flow with(Statement.With with, Scope scope) {
        Scope inner = new Scope(scope);
        for (int i = 0; i < with.targets().size(); i++) {
            assign(with.targets().get(i), evaluate(with.values().get(i), scope), inner);
        }
        return run(with.body(), inner);
    }

    /** Runs a recursive loop's body again, over what its {@code loop} was called with. */
    Value recurse(Loop loop, Value iterable) {
        if (!loop.statement().recursive()) {
            throw PythonError.typeError("The loop must have the 'recursive' marker to be called recursively.");
        }
        budget.enter();
        StringBuilder outer = out;
        out = new StringBuilder();
        loop(loop.statement(), iterable, loop.outer(), loop.depth() + 1);
        String text = out.toString();
        out = outer;
        budget.leave();
        return Value.text(text);
    }

    private Flow loop(Statement.For statement, Value iterable, Scope scope, int depth) {
        Expression test = statement.test();
        Iterator<Value> items = Values.iterate(iterable);
        boolean sized = test == null && !(iterable instanceof Value.Generator);
        Iterator<Value> chosen = test == null ? items : new Chosen(items, statement.target(), test, scope);
        Loop loop = new Loop(statement, scope, chosen, sized ? Values.length(iterable) : -1, depth);
        boolean ranToEnd = false;
        for (Value item = loop.advance(); item != null; item = loop.advance()) {
            budget.step();
            Scope inner = new Scope(scope);
            inner.set("loop", loop);
            assign(statement.target(), item, inner);
            Flow flow = run(statement.body(), inner);
            // Jinja's else runs unless some pass came to the end of the body: break and continue do not count.
            ranToEnd |= flow == Flow.ON;
            if (flow == Flow.BREAK) {
                break;
            }
        }
        return ranToEnd ? Flow.ON : run(statement.otherwise(), new Scope(scope));
    }

    /** The items that pass a loop's test. */
    private final class Chosen implements Iterator<Value> {
        private final Iterator<Value> items;
        private final Target target;
        private final Expression test;
        private final Scope scope;
        private @Nullable Value next;

        Chosen(Iterator<Value> items, Target target, Expression test, Scope scope) {
            this.items = items;
            this.target = target;
            this.test = test;
            this.scope = scope;
        }

        @Override
        public boolean hasNext() {
            while (next == null && items.hasNext()) {
                budget.step();
                Value candidate = items.next();
                Scope inner = new Scope(scope);
                assign(target, candidate, inner);
                if (Values.isTrue(evaluate(test, inner))) {
                    next = candidate;
                }
            }
            return next != null;
        }

        @Override
        public Value next() {
            if (!hasNext() || next == null) {
                throw new NoSuchElementException();
            }
            Value value = next;
            next = null;
            return value;
        }
    }

    private void checkNamespaces(Target target, Scope scope) {
        switch (target) {
            case Target.Variable ignored -> {}
            case Target.NamespaceAttribute attribute -> namespace(attribute, scope);
            case Target.Several several -> several.targets().forEach(each -> checkNamespaces(each, scope));
        }
    }

    private static Value.Namespace namespace(Target.NamespaceAttribute target, Scope scope) {
        if (scope.get(target.namespace()) instanceof Value.Namespace namespace) {
            return namespace;
        }
        throw PythonError.runtime("cannot assign attribute on non-namespace object");
    }

    private void assign(Target target, Value value, Scope scope) {
        switch (target) {
            case Target.Variable variable -> scope.set(variable.name(), value);
            case Target.NamespaceAttribute attribute ->
                namespace(attribute, scope).attributes().put(attribute.attribute(), value);
            case Target.Several several -> unpack(several.targets(), value, scope);
        }
    }

    private void unpack(List<Target> targets, Value value, Scope scope) {
        if (!Values.isIterable(value)) {
            throw PythonError.typeError("cannot unpack non-iterable " + value.typeName() + " object");
        }
        List<Value> items = Values.list(value);
        if (items.size() < targets.size()) {
            throw PythonError.valueError(
                    "not enough values to unpack (expected " + targets.size() + ", got " + items.size() + ")");
        }
        if (items.size() > targets.size()) {
            throw PythonError.valueError("too many values to unpack (expected " + targets.size() + ")");
        }
        for (int i = 0; i < items.size(); i++) {
            assign(targets.get(i), items.get(i), scope);
        }
    }
}
