package dev.tenon.cuda;

import dev.tenon.error.TenonException;
import org.jspecify.annotations.Nullable;

/**
 * Gives several things back, each whether or not the one before could be. The first failure is thrown at the end, with the
 * others as suppressed ones.
 */
final class Release {
    private @Nullable TenonException failure;

    Release() {}

    /** After a failure, which is the first. */
    Release(TenonException failure) {
        this.failure = failure;
    }

    /** Runs one step; it is told from the answer whether it was done. */
    boolean run(Runnable step) {
        try {
            step.run();
            return true;
        } catch (TenonException e) {
            if (failure == null) {
                failure = e;
            } else if (failure != e) {
                failure.addSuppressed(e);
            }
            return false;
        }
    }

    boolean failed() {
        return failure != null;
    }

    void finish() {
        if (failure != null) {
            throw failure;
        }
    }
}
