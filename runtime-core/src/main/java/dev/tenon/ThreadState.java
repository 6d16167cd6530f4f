package dev.tenon;

import org.jspecify.annotations.Nullable;

/** What the current thread has open: scopes, a capture. One thread-local look-up an operator. */
final class ThreadState {
    private static final ThreadLocal<ThreadState> STATE = ThreadLocal.withInitial(ThreadState::new);

    @Nullable
    Scope scope;

    @Nullable
    Recorder recorder;

    @Nullable
    Stream stream;

    private ThreadState() {}

    static ThreadState current() {
        return STATE.get();
    }
}
