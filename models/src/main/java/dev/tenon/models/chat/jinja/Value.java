package dev.tenon.models.chat.jinja;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A value of a template: Python's, as far as templates see them. All are immutable but loops, namespaces, generators
 * and the globals that count.
 */
sealed interface Value
        permits Value.None,
                Value.Undefined,
                Value.Bool,
                Value.Int,
                Value.Real,
                Value.Str,
                Value.ListOf,
                Value.TupleOf,
                Value.Dict,
                Value.DictView,
                Value.Range,
                Value.Generator,
                Value.Namespace,
                Value.Function,
                Macro,
                Loop {
    /** Python's name of the type. */
    String typeName();

    static Str text(String text) {
        return new Str(text, false);
    }

    static Int of(long number) {
        return new Int(BigInteger.valueOf(number));
    }

    static Bool of(boolean value) {
        return value ? Bool.TRUE : Bool.FALSE;
    }

    /** Python's {@code None}. */
    enum None implements Value {
        NONE;

        @Override
        public String typeName() {
            return "NoneType";
        }
    }

    /**
     * What a missing name or attribute is: empty, false and printable, an error for most else.
     *
     * @param problem what that error says
     * @param errorType the error's class
     */
    record Undefined(String problem, String errorType) implements Value {
        static Undefined named(String name) {
            return new Undefined(Representation.quoted(name) + " is undefined", "UndefinedError");
        }

        static Undefined because(String problem) {
            return new Undefined(problem, "UndefinedError");
        }

        PythonError error() {
            return new PythonError(errorType, problem);
        }

        @Override
        public String typeName() {
            return "Undefined";
        }
    }

    /** A truth value, which counts as 0 or 1. */
    enum Bool implements Value {
        FALSE,
        TRUE;

        @Override
        public String typeName() {
            return "bool";
        }
    }

    /** A whole number of any size. */
    record Int(BigInteger number) implements Value {
        @Override
        public String typeName() {
            return "int";
        }
    }

    /** A floating-point number. */
    record Real(double number) implements Value {
        @Override
        public String typeName() {
            return "float";
        }
    }

    /**
     * A string, counted in code points.
     *
     * @param markup whether it was marked safe: adding to it escapes what is added
     */
    record Str(String text, boolean markup) implements Value {
        @Override
        public String typeName() {
            return markup ? "Markup" : "str";
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Str str && str.text.equals(text);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }
    }

    record ListOf(List<Value> items) implements Value {
        @Override
        public String typeName() {
            return "list";
        }
    }

    /**
     * A tuple.
     *
     * @param fields names by which its items are attributes too, or empty
     */
    record TupleOf(List<Value> items, List<String> fields) implements Value {
        TupleOf(List<Value> items) {
            this(items, List.of());
        }

        @Override
        public String typeName() {
            return "tuple";
        }
    }

    /** A mapping in the order of insertion. */
    final class Dict implements Value {
        private record Entry(Value key, Value value) {}

        private final Map<Value, Entry> entries = new LinkedHashMap<>();

        static Dict of(Map<Value, Value> entries) {
            Dict dict = new Dict();
            entries.forEach(dict::put);
            return dict;
        }

        /** For the making of it only. */
        void put(Value key, Value value) {
            Value normal = Values.key(key);
            Entry old = entries.get(normal);
            entries.put(normal, new Entry(old == null ? key : old.key(), value));
        }

        @Nullable
        Value get(Value key) {
            Entry entry = entries.get(Values.key(key));
            return entry == null ? null : entry.value();
        }

        int size() {
            return entries.size();
        }

        List<Value> keys() {
            return entries.values().stream().map(Entry::key).toList();
        }

        List<Value> values() {
            return entries.values().stream().map(Entry::value).toList();
        }

        List<Value> items() {
            return entries.values().stream()
                    .<Value>map(entry -> new TupleOf(List.of(entry.key(), entry.value())))
                    .toList();
        }

        @Override
        public String typeName() {
            return "dict";
        }
    }

    /** What a dict's {@code keys}, {@code values} or {@code items} give. */
    record DictView(String typeName, List<Value> items) implements Value {}

    /** Numbers from {@code start} on, {@code step} apart. */
    record Range(BigInteger start, BigInteger stop, BigInteger step, int size) implements Value {
        Int get(int index) {
            return new Int(start.add(step.multiply(BigInteger.valueOf(index))));
        }

        @Override
        public String typeName() {
            return "range";
        }
    }

    /** What can be gone through once. */
    record Generator(String typeName, Iterator<Value> items) implements Value {}

    /** The one thing whose attributes templates may set. */
    record Namespace(Map<String, Value> attributes) implements Value {
        @Override
        public String typeName() {
            return "Namespace";
        }
    }

    /** A function or a method bound to its object. */
    record Function(String typeName, String name, Body body) implements Value {
        /** What a function does. */
        interface Body {
            Value call(Arguments arguments);
        }
    }
}
