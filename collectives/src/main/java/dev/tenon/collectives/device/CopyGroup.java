package dev.tenon.collectives.device;

import dev.tenon.Tensor;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.StreamEvent;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** What ranks of one process that are devices know of each other. Between two posts all ranks meet, so that none is overwritten unread. */
final class CopyGroup {
    private final AtomicReferenceArray<@Nullable Posted> posted;
    private final Map<Integer, BlockingQueue<Mail>> mail = new ConcurrentHashMap<>();
    private final Map<String, CopyGroup> splits = new ConcurrentHashMap<>();
    private final int ranks;

    /**
     * What a rank gives others to read or to write.
     *
     * @param in vector of what it gives, or null
     * @param out vector of what it gets, or null
     * @param stream in whose order both are used
     * @param ready the point there from which on they may be
     * @param device of all of these
     */
    record Posted(
            @Nullable Tensor in, @Nullable Tensor out, BackendStream stream, StreamEvent ready, BackendDevice device) {}

    CopyGroup(int ranks) {
        this.ranks = ranks;
        this.posted = new AtomicReferenceArray<>(ranks);
    }

    int ranks() {
        return ranks;
    }

    void post(int rank, Posted what) {
        posted.set(rank, what);
    }

    Posted posted(int rank) {
        Posted what = posted.get(rank);
        if (what == null) {
            throw new AssertionError("rank " + rank + " has not come");
        }
        return what;
    }

    /** Messages from one rank to another, in order. */
    BlockingQueue<Mail> mail(int from, int to) {
        return mail.computeIfAbsent(from * ranks + to, unused -> new LinkedBlockingQueue<>());
    }

    /** The same for all who ask by the same name. */
    CopyGroup split(String name, int size) {
        return splits.computeIfAbsent(name, unused -> new CopyGroup(size));
    }
}
