package dev.tenon.models.chat.jinja;

import dev.tenon.models.chat.jinja.Expression.CallArguments;
import dev.tenon.models.chat.jinja.Expression.Comparator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values of expressions. */
final class Evaluator {
    private final Interpreter interpreter;
    private final Budget budget;

    Evaluator(Interpreter interpreter, Budget budget) {
        this.interpreter = interpreter;
        this.budget = budget;
    }

    Value evaluate(Expression expression, Scope scope) {
        budget.step();
        budget.enter();
        interpreter.at(expression.line());
        Value value = switch (expression) {
            case Expression.Literal literal -> literal.value();
            case Expression.Name name -> scope.get(name.name());
            case Expression.ListOf list -> new Value.ListOf(all(list.items(), scope));
            case Expression.TupleOf tuple -> new Value.TupleOf(all(tuple.items(), scope));
            case Expression.DictOf dict -> dict(dict, scope);
            case Expression.Attribute attribute ->
                Subscripts.attribute(evaluate(attribute.target(), scope), attribute.name());
            case Expression.Item item -> Subscripts.item(evaluate(item.target(), scope), evaluate(item.index(), scope));
            case Expression.Slice slice -> slice(slice, scope);
            case Expression.Call call -> call(call, scope, null);
            case Expression.Filter filter -> filter(filter, null, scope);
            case Expression.Test test -> test(test, scope);
            case Expression.Unary unary -> Arithmetic.sign(unary.negative(), evaluate(unary.operand(), scope));
            case Expression.Binary binary -> binary(binary, scope);
            case Expression.Concat concat -> concat(concat, scope);
            case Expression.And and -> {
                Value left = evaluate(and.left(), scope);
                yield Values.isTrue(left) ? evaluate(and.right(), scope) : left;
            }
            case Expression.Or or -> {
                Value left = evaluate(or.left(), scope);
                yield Values.isTrue(left) ? left : evaluate(or.right(), scope);
            }
            case Expression.Not not -> Value.of(!Values.isTrue(evaluate(not.operand(), scope)));
            case Expression.Compare compare -> compare(compare, scope);
            case Expression.Conditional conditional -> conditional(conditional, scope);
        };
        budget.leave();
        return value;
    }

    private List<Value> all(List<Expression> expressions, Scope scope) {
        List<Value> values = new ArrayList<>(expressions.size());
        for (Expression expression : expressions) {
            values.add(evaluate(expression, scope));
        }
        return values;
    }

    private Value dict(Expression.DictOf expression, Scope scope) {
        Value.Dict dict = new Value.Dict();
        for (int i = 0; i < expression.keys().size(); i++) {
            dict.put(
                    evaluate(expression.keys().get(i), scope),
                    evaluate(expression.values().get(i), scope));
        }
        return dict;
    }

    private Value slice(Expression.Slice slice, Scope scope) {
        Value target = evaluate(slice.target(), scope);
        return Subscripts.slice(
                target, bound(slice.start(), scope), bound(slice.stop(), scope), bound(slice.step(), scope), budget);
    }

    private Value bound(@Nullable Expression expression, Scope scope) {
        return expression == null ? Value.None.NONE : evaluate(expression, scope);
    }

    private Value binary(Expression.Binary binary, Scope scope) {
        Value left = evaluate(binary.left(), scope);
        Value right = evaluate(binary.right(), scope);
        return Arithmetic.apply(binary.operator(), left, right, budget);
    }

    private Value concat(Expression.Concat concat, Scope scope) {
        StringBuilder text = new StringBuilder();
        for (Value part : all(concat.parts(), scope)) {
            String more = Representation.string(part);
            budget.make((long) text.length() + more.length());
            text.append(more);
        }
        return Value.text(text.toString());
    }

    private Value conditional(Expression.Conditional conditional, Scope scope) {
        if (Values.isTrue(evaluate(conditional.test(), scope))) {
            return evaluate(conditional.then(), scope);
        }
        if (conditional.otherwise() != null) {
            return evaluate(conditional.otherwise(), scope);
        }
        return Value.Undefined.because("the inline if-expression on line " + conditional.line()
                + " evaluated to false and no else section was defined.");
    }

    private Value compare(Expression.Compare compare, Scope scope) {
        Value left = evaluate(compare.first(), scope);
        for (Expression.Comparison comparison : compare.comparisons()) {
            Value right = evaluate(comparison.operand(), scope);
            if (!holds(comparison.comparator(), left, right)) {
                return Value.Bool.FALSE;
            }
            left = right;
        }
        return Value.Bool.TRUE;
    }

    /** Whether a comparison is true. */
    static boolean holds(Comparator comparator, Value left, Value right) {
        return switch (comparator) {
            case EQUAL -> Values.equal(left, right);
            case NOT_EQUAL -> !Values.equal(left, right);
            case IN -> Values.contains(right, left);
            case NOT_IN -> !Values.contains(right, left);
            case LESS -> {
                int order = Values.compare(left, right, comparator.symbol());
                yield order < 0 && order != Values.UNORDERED;
            }
            case LESS_OR_EQUAL -> {
                int order = Values.compare(left, right, comparator.symbol());
                yield order <= 0 && order != Values.UNORDERED;
            }
            case GREATER -> Values.compare(left, right, comparator.symbol()) > 0;
            case GREATER_OR_EQUAL -> Values.compare(left, right, comparator.symbol()) >= 0;
        };
    }

    /** Calls; a call block passes its body as {@code caller}. */
    Value call(Expression.Call call, Scope scope, @Nullable Macro caller) {
        Value function = evaluate(call.function(), scope);
        Arguments arguments = arguments(call.arguments(), scope, caller);
        interpreter.at(call.line());
        return call(function, arguments);
    }

    private Value call(Value function, Arguments arguments) {
        return switch (function) {
            case Value.Function builtIn -> builtIn.body().call(arguments);
            case Macro macro -> macro.call(arguments, interpreter);
            case Loop loop ->
                interpreter.recurse(loop, arguments.bind("loop", 1, "iterable").get(0));
            case Value.Undefined undefined -> throw undefined.error();
            default -> throw PythonError.typeError("'" + function.typeName() + "' object is not callable");
        };
    }

    private Arguments arguments(CallArguments passed, Scope scope, @Nullable Macro caller) {
        List<Value> values = all(passed.values(), scope);
        Map<String, Value> named = new LinkedHashMap<>();
        int places = values.size() - passed.names().size();
        for (int i = places; i < values.size(); i++) {
            named.put(passed.names().get(i - places), values.get(i));
        }
        List<Value> byPlace = new ArrayList<>(values.subList(0, places));
        if (passed.spreadValues() != null) {
            byPlace.addAll(Values.list(evaluate(passed.spreadValues(), scope)));
        }
        if (passed.spreadNames() != null) {
            if (!(evaluate(passed.spreadNames(), scope) instanceof Value.Dict dict)) {
                throw PythonError.typeError("argument after ** must be a mapping");
            }
            dict.keys().forEach(key -> named.put(Representation.string(key), Subscripts.item(dict, key)));
        }
        if (caller != null) {
            named.put("caller", caller);
        }
        return new Arguments(byPlace, named, budget);
    }

    /** A filter of a block: the innermost of its chain takes the block's text. */
    Value filterBlock(Expression.Filter filter, Value text, Scope scope) {
        return filter(filter, text, scope);
    }

    private Value filter(Expression.Filter filter, @Nullable Value blockText, Scope scope) {
        Value input;
        if (filter.input() instanceof Expression.Filter inner && blockText != null) {
            input = filter(inner, blockText, scope);
        } else if (filter.input() != null) {
            input = evaluate(filter.input(), scope);
        } else if (blockText != null) {
            input = blockText;
        } else {
            throw new IllegalStateException("a filter without an input");
        }
        Arguments arguments = arguments(filter.arguments(), scope, null);
        interpreter.at(filter.line());
        return Filters.apply(filter.name(), input, arguments);
    }

    private Value test(Expression.Test test, Scope scope) {
        Value input = evaluate(test.input(), scope);
        Arguments arguments = arguments(test.arguments(), scope, null);
        interpreter.at(test.line());
        return Value.of(Tests.apply(test.name(), input, arguments) != test.negated());
    }
}
