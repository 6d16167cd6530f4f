package dev.tenon.models.chat.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The {@code loop} of a for statement: where it is, what comes before and after. */
final class Loop implements Value {
    private final Statement.For statement;
    private final Scope outer;
    private final int depth;
    private Iterator<Value> items;
    private int size;
    private int index0 = -1;
    private @Nullable Value after;
    private @Nullable Value current;
    private @Nullable Value before;
    private @Nullable Value lastChanged;

    /**
     * @param size how many items there are, or -1 where only going through them tells
     * @param depth how deep in a recursive loop, from 0 on
     */
    Loop(Statement.For statement, Scope outer, Iterator<Value> items, int size, int depth) {
        this.statement = statement;
        this.outer = outer;
        this.items = items;
        this.size = size;
        this.depth = depth;
    }

    /** The next item, or null at the end. */
    @Nullable
    Value advance() {
        Value next = peek();
        after = null;
        if (next != null) {
            index0++;
            before = current;
            current = next;
        }
        return next;
    }

    private @Nullable Value peek() {
        if (after == null && items.hasNext()) {
            after = items.next();
        }
        return after;
    }

    int index() {
        return index0 + 1;
    }

    int depth() {
        return depth;
    }

    Statement.For statement() {
        return statement;
    }

    Scope outer() {
        return outer;
    }

    int size() {
        if (size < 0) {
            List<Value> rest = new ArrayList<>();
            items.forEachRemaining(rest::add);
            items = rest.iterator();
            size = rest.size() + index() + (after == null ? 0 : 1);
        }
        return size;
    }

    @Nullable
    Value attribute(String name) {
        return switch (name) {
            case "index" -> Value.of(index());
            case "index0" -> Value.of(index0);
            case "revindex" -> Value.of(size() - index0);
            case "revindex0" -> Value.of(size() - index());
            case "first" -> Value.of(index0 == 0);
            case "last" -> Value.of(peek() == null);
            case "length" -> Value.of(size());
            case "depth" -> Value.of(depth + 1);
            case "depth0" -> Value.of(depth);
            case "previtem" -> orUndefined(index0 == 0 ? null : before, "there is no previous item");
            case "nextitem" -> orUndefined(peek(), "there is no next item");
            case "cycle" -> Methods.method(name, this::cycle);
            case "changed" -> Methods.method(name, this::changed);
            default -> null;
        };
    }

    private static Value orUndefined(@Nullable Value value, String problem) {
        return value == null ? Value.Undefined.because(problem) : value;
    }

    private Value cycle(Arguments arguments) {
        if (arguments.values().isEmpty()) {
            throw PythonError.typeError("no items for cycling given");
        }
        return arguments.values().get(index0 % arguments.values().size());
    }

    private Value changed(Arguments arguments) {
        Value now = new TupleOf(arguments.values());
        boolean changed = lastChanged == null || !Values.equal(lastChanged, now);
        lastChanged = now;
        return Value.of(changed);
    }

    @Override
    public String typeName() {
        return "LoopContext";
    }
}
