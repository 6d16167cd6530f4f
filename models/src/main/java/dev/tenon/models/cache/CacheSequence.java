package dev.tenon.models.cache;

import dev.tenon.error.ClosedException;
import dev.tenon.error.InvalidArgumentException;
import java.util.Arrays;

/** One sequence's share of a {@link PagedCache}: how long it is and which pages hold it. */
public final class CacheSequence implements AutoCloseable {
    private final PagedCache cache;
    private int[] pages = new int[4];
    private int pageCount;
    private int length;
    private boolean closed;

    CacheSequence(PagedCache cache) {
        this.cache = cache;
    }

    public PagedCache cache() {
        return cache;
    }

    /** Positions that are written. */
    public int length() {
        return length;
    }

    /** Positions that it may hold in all. */
    public int limit() {
        return (int) Math.min(
                Integer.MAX_VALUE,
                (long) cache.shape().sequencePages() * cache.shape().pageSize());
    }

    /**
     * Makes room for {@code count} positions after those written, for writing: a page shared with another sequence is
     * copied first.
     *
     * @throws ContextOverflowException if the sequence would pass its limit
     * @throws OutOfPagesException if the pool has too few pages; nothing was changed
     */
    public void reserve(int count) {
        requireOpen();
        if (count < 0) {
            throw new InvalidArgumentException("reserve: " + count + " positions");
        }
        if (count > limit() - length) {
            throw new ContextOverflowException(length, count, limit());
        }
        int pageSize = cache.shape().pageSize();
        int needed = Math.ceilDiv(length + count, pageSize);
        int first = length / pageSize;
        boolean copies = count > 0 && first < pageCount && cache.isShared(pages[first]);
        int grown = Math.max(0, needed - pageCount);
        int[] taken = new int[grown + (copies ? 1 : 0)];
        cache.take(taken, 0, taken.length);
        if (copies) {
            int own = taken[grown];
            cache.copy(pages[first], own);
            cache.release(pages[first]);
            pages[first] = own;
        }
        if (pages.length < pageCount + grown) {
            pages = Arrays.copyOf(pages, Math.max(2 * pages.length, pageCount + grown));
        }
        System.arraycopy(taken, 0, pages, pageCount, grown);
        pageCount += grown;
    }

    /** Counts {@code count} reserved positions as written. */
    public void advance(int count) {
        requireOpen();
        if (count < 0
                || length + (long) count > (long) pageCount * cache.shape().pageSize()) {
            throw new InvalidArgumentException("advance: " + count + " positions are not reserved");
        }
        length += count;
    }

    /** Forgets all positions from {@code newLength} on, and gives their pages back. */
    public void truncate(int newLength) {
        requireOpen();
        if (newLength < 0 || newLength > length) {
            throw new InvalidArgumentException("truncate: " + newLength + " of " + length + " positions");
        }
        int kept = Math.ceilDiv(newLength, cache.shape().pageSize());
        while (pageCount > kept) {
            cache.release(pages[--pageCount]);
        }
        length = newLength;
    }

    /** A sequence with the same positions, which shares this one's pages until either writes to them. */
    public CacheSequence fork() {
        requireOpen();
        CacheSequence copy = cache.open();
        int used = Math.ceilDiv(length, cache.shape().pageSize());
        copy.pages = Arrays.copyOf(pages, Math.max(4, used));
        copy.pageCount = used;
        copy.length = length;
        for (int i = 0; i < used; i++) {
            cache.share(pages[i]);
        }
        return copy;
    }

    /**
     * Where a reserved position lies in a layer's {@link PagedCache#keySlots}; it is the same for all layers of a device.
     */
    public int slot(int layer, int position) {
        int pageSize = cache.shape().pageSize();
        return cache.part(layer).slot(pages[position / pageSize], position % pageSize);
    }

    /** Writes the page numbers to {@code into}, from {@code at} on. */
    public void pages(int[] into, int at) {
        System.arraycopy(pages, 0, into, at, pageCount);
    }

    private void requireOpen() {
        if (closed) {
            throw new ClosedException("the sequence is closed");
        }
    }

    /** Gives the pages back. */
    @Override
    public void close() {
        if (!closed) {
            truncate(0);
            closed = true;
        }
    }
}
