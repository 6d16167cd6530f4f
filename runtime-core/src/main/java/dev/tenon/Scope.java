package dev.tenon;

import dev.tenon.error.InvalidArgumentException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The lifetime of the tensors made inside it, on its own thread:
 *
 * <pre>{@code
 * try (Scope scope = Scope.open()) {
 *     Tensor c = a.matmul(b).add(bias);
 *     return scope.keep(c);
 * }
 * }</pre>
 *
 * <p>Scopes nest; a tensor made with no scope open belongs to whoever made it, to be ended with {@link Tensor#close()}.
 */
public final class Scope implements AutoCloseable {
    private final ThreadState state;
    private final Thread thread;
    private final @Nullable Scope parent;
    private final List<Storage> owned = new ArrayList<>();
    private boolean closed;

    private Scope(ThreadState state) {
        this.state = state;
        this.thread = Thread.currentThread();
        this.parent = state.scope;
    }

    /** Opens a scope inside the thread's innermost one. */
    public static Scope open() {
        ThreadState state = ThreadState.current();
        Scope scope = new Scope(state);
        state.scope = scope;
        return scope;
    }

    /**
     * Runs {@code body} as if no scope were open: what it makes belongs to the caller, whatever scopes the caller's own
     * callers have opened. For objects that keep tensors, such as a loaded model.
     */
    public static <T> T outside(Supplier<T> body) {
        ThreadState state = ThreadState.current();
        Scope suspended = state.scope;
        state.scope = null;
        try {
            return body.get();
        } finally {
            state.scope = suspended;
        }
    }

    void own(Storage storage) {
        owned.add(storage);
    }

    /**
     * Moves a tensor's memory to the enclosing scope, or to the caller where there is none.
     *
     * @param tensor made in this scope, or a view of one that was
     * @return {@code tensor}
     * @throws InvalidArgumentException if this scope does not own its memory
     */
    public Tensor keep(Tensor tensor) {
        checkUsable();
        for (int i = owned.size() - 1; i >= 0; i--) {
            if (owned.get(i) == tensor.storage()) {
                owned.remove(i);
                if (parent != null) {
                    parent.own(tensor.storage());
                }
                return tensor;
            }
        }
        throw new InvalidArgumentException("keep: this scope does not own tensor " + tensor.spec());
    }

    /**
     * Ends every tensor that the scope still owns.
     *
     * @throws InvalidArgumentException if an inner scope is still open, or on another thread
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        checkUsable();
        if (state.scope != this) {
            throw new InvalidArgumentException("close: an inner scope is still open");
        }
        closed = true;
        state.scope = parent;
        for (int i = owned.size() - 1; i >= 0; i--) {
            owned.get(i).close();
        }
        owned.clear();
    }

    private void checkUsable() {
        if (Thread.currentThread() != thread) {
            throw new InvalidArgumentException("a scope belongs to the thread that opened it");
        }
        if (closed) {
            throw new InvalidArgumentException("the scope is closed");
        }
    }
}
