package dev.tenon.models.chat.jinja;

import dev.tenon.models.chat.jinja.Statement.Signature;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A macro, or the body of a call block, with the names that it was made among. */
record Macro(String name, Signature signature, Scope scope) implements Value {
    @Override
    public String typeName() {
        return "Macro";
    }

    @Nullable
    Value attribute(String attribute) {
        return switch (attribute) {
            case "name" -> Value.text(name);
            case "arguments" ->
                new Value.TupleOf(
                        signature.parameters().stream().<Value>map(Value::text).toList());
            case "caller" -> Value.of(uses("caller"));
            case "catch_kwargs" -> Value.of(uses("kwargs"));
            case "catch_varargs" -> Value.of(uses("varargs"));
            default -> null;
        };
    }

    /** Whether the body uses a name that every macro has, and that is no parameter of this one. */
    private boolean uses(String special) {
        return signature.used().contains(special) && !signature.parameters().contains(special);
    }

    /** The text that the body makes of the arguments. */
    Value call(Arguments arguments, Interpreter interpreter) {
        Scope inner = new Scope(scope);
        Map<String, Value> named = arguments.namedCopy();
        List<String> parameters = signature.parameters();
        int positional = Math.min(arguments.values().size(), parameters.size());
        for (int i = 0; i < parameters.size(); i++) {
            String parameter = parameters.get(i);
            Value passed = i < positional ? arguments.values().get(i) : named.remove(parameter);
            inner.set(parameter, passed == null ? fallback(i, inner, interpreter) : passed);
        }
        if (uses("caller")) {
            Value caller = named.remove("caller");
            inner.set("caller", caller == null ? Value.Undefined.because("No caller defined") : caller);
        }
        if (uses("kwargs")) {
            Value.Dict rest = new Value.Dict();
            named.forEach((key, value) -> rest.put(Value.text(key), value));
            inner.set("kwargs", rest);
        } else if (!named.isEmpty()) {
            throw PythonError.typeError(
                    named.containsKey("caller")
                            ? "macro " + Representation.quoted(name)
                                    + " was invoked with two values for the special caller argument."
                                    + " This is most likely a bug."
                            : "macro " + Representation.quoted(name) + " takes no keyword argument "
                                    + Representation.quoted(
                                            named.keySet().iterator().next()));
        }
        if (uses("varargs")) {
            inner.set(
                    "varargs",
                    new Value.TupleOf(List.copyOf(arguments
                            .values()
                            .subList(positional, arguments.values().size()))));
        } else if (arguments.values().size() > parameters.size()) {
            throw PythonError.typeError("macro " + Representation.quoted(name) + " takes not more than "
                    + parameters.size() + " argument(s)");
        }
        return Value.text(interpreter.capture(signature.body(), inner));
    }

    private Value fallback(int place, Scope inner, Interpreter interpreter) {
        int ofDefaults =
                place - signature.parameters().size() + signature.defaults().size();
        return ofDefaults >= 0
                ? interpreter.evaluate(signature.defaults().get(ofDefaults), inner)
                : Value.Undefined.because("parameter "
                        + Representation.quoted(signature.parameters().get(place)) + " was not provided");
    }
}
