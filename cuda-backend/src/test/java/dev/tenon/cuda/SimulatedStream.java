package dev.tenon.cuda;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stream whose work is done as late as it may be: only when someone waits for it, here or by way of an event, and then only as
 * far as is waited for. So what is not ordered does not happen to come out in order.
 */
final class SimulatedStream {
    final long handle;
    final SimulatedDevice device;
    private final ArrayDeque<Item> queue = new ArrayDeque<>();

    @Nullable
    List<Work> captured;

    /** What a graph can hold. */
    sealed interface Work {
        Runnable work();
    }

    /** Zeros for memory. */
    record Zeros(Runnable work) implements Work {}

    /** What a library puts on the stream. */
    record Library(String function, Runnable work) implements Work {}

    /** A launch as it was given: its values are read when it is made. */
    record Launch(long function, Driver.Grid grid, List<byte[]> values, Runnable work) implements Work {}

    /** A piece of work, done once. */
    static final class Item {
        final SimulatedStream stream;
        private final Runnable work;
        boolean done;

        Item(SimulatedStream stream, Runnable work) {
            this.stream = stream;
            this.work = work;
        }
    }

    SimulatedStream(long handle, SimulatedDevice device) {
        this.handle = handle;
        this.device = device;
    }

    Item add(Runnable work) {
        Item item = new Item(this, work);
        queue.add(item);
        return item;
    }

    /** Does the work up to an item, that included. */
    void until(Item item) {
        while (!item.done) {
            next();
        }
    }

    void finish() {
        while (!queue.isEmpty()) {
            next();
        }
    }

    boolean isIdle() {
        return queue.isEmpty();
    }

    private void next() {
        Item item = queue.remove();
        item.work.run();
        item.done = true;
    }

    void beginCapture() {
        captured = new ArrayList<>();
    }
}
