package dev.tenon.collectives.shared;

import dev.tenon.collectives.Memory;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Memory that all ranks of a group see, and where in it what lies:
 *
 * <pre>
 * header        what it is, for whom; who aborted, and why
 * ranks         one block a rank: how far it is, whether it is there
 * mailboxes     for each pair of ranks, how much was written and read
 * slots         two a rank, for even and odd rounds: what it posts, and what it reduced
 * mail          the mailboxes' rings
 * </pre>
 *
 * <p>What one rank writes and others spin on has a pair of cache lines of its own, since processors fetch lines in pairs.
 */
public final class Region {
    /**
     * What a rank posts in one round, at most, and as much again for what it reduced. That all slots of a rank are more than a
     * second-level cache is what makes them fast: a line that another core has read must be taken from its cache before it is
     * written again, at 6 GB/s; one that went to the third level in the meantime is written at three times that.
     */
    public static final int LARGE_SLOT = 1 << 20;

    /** Where there are many ranks, or threads, which do without slots for what is large. */
    public static final int SMALL_SLOT = 256 << 10;

    /** A mailbox's ring. */
    public static final int MAILBOX = 64 << 10;

    private static final long MAGIC = 0x31_6d6d6f_6e6f6e65L;
    private static final int LINE = 128;
    private static final int HEADER = 4096;
    private static final int RANK = 4 * LINE;
    private static final int PAIR = 2 * LINE;

    private static final int MAGIC_AT = 0;
    private static final int RANKS_AT = 8;
    private static final int READY_AT = LINE;
    private static final int CULPRIT_AT = 2 * LINE;
    private static final int REASON_BYTES_AT = CULPRIT_AT + 8;
    private static final int REASON_AT = CULPRIT_AT + 12;
    private static final int MOST_REASON = 1024;

    private static final int ROUND_AT = 0;
    private static final int PRESENCE_AT = LINE;
    private static final int PID_AT = LINE + 8;
    private static final int USERS_AT = 2 * LINE;
    private static final int EXPOSED_AT = 3 * LINE;

    /** A rank's presence. */
    enum Presence {
        ABSENT,
        THERE,
        LEFT
    }

    private final long base;
    private final int ranks;
    private final long mailboxes;
    private final long slots;
    private final long mail;
    private final int slot;
    /** Keeps the memory reachable. */
    private final Object owner;

    /**
     * @param base the address of {@link #bytes} zeroed bytes, or of such as another rank already uses
     * @param slot bytes of a slot: the same on all ranks
     * @param owner what must stay reachable for the memory to stay
     */
    public Region(long base, int ranks, int slot, Object owner) {
        this.base = base;
        this.ranks = ranks;
        this.slot = slot;
        this.owner = owner;
        this.mailboxes = HEADER + (long) ranks * RANK;
        this.slots = roundUp(mailboxes + (long) ranks * ranks * PAIR, HEADER);
        this.mail = slots + (long) ranks * 4 * slot;
    }

    /** The size of a region, in bytes. */
    public static long bytes(int ranks, int slot) {
        return new Region(0, ranks, slot, "").mail + (long) ranks * ranks * MAILBOX;
    }

    private static long roundUp(long value, long unit) {
        return (value + unit - 1) / unit * unit;
    }

    public int ranks() {
        return ranks;
    }

    Object owner() {
        return owner;
    }

    /** Bytes of a slot. */
    int slot() {
        return slot;
    }

    /** Makes zeroed memory a region. */
    public void format() {
        Memory.setInt(base + RANKS_AT, ranks);
        Memory.publish(base + MAGIC_AT, MAGIC);
    }

    /** Whether memory of at least a header's size is a region, and for how many ranks; 0: it is none. */
    public int formattedRanks() {
        return Memory.observe(base + MAGIC_AT) == MAGIC ? Memory.getInt(base + RANKS_AT) : 0;
    }

    /** Says that all ranks are there. */
    public void setReady() {
        Memory.publishInt(base + READY_AT, 1);
    }

    public boolean isReady() {
        return Memory.observeInt(base + READY_AT) == 1;
    }

    // Failure

    /** Makes a rank the one that failed, if none has before. */
    public void fail(int culprit, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(text.length, MOST_REASON);
        if (!Memory.compareAndSet(base + CULPRIT_AT, 0, -1)) {
            return;
        }
        MemorySegment.copy(MemorySegment.ofArray(text), 0, Memory.ALL, base + REASON_AT, length);
        Memory.setInt(base + REASON_BYTES_AT, length);
        Memory.publishInt(base + CULPRIT_AT, culprit + 1);
    }

    /** The rank that failed, or -1. */
    public int culprit() {
        return Math.max(0, Memory.observeInt(base + CULPRIT_AT)) - 1;
    }

    /** What became of it. */
    public String reason() {
        byte[] text = new byte[Math.clamp(Memory.getInt(base + REASON_BYTES_AT), 0, MOST_REASON)];
        MemorySegment.copy(Memory.ALL, base + REASON_AT, MemorySegment.ofArray(text), 0, text.length);
        return new String(text, StandardCharsets.UTF_8);
    }

    // Ranks

    private long rank(int rank) {
        return base + HEADER + (long) rank * RANK;
    }

    /** Where a rank's number of rounds is. */
    long round(int rank) {
        return rank(rank) + ROUND_AT;
    }

    public void arrive(int rank, long pid) {
        Memory.setLong(rank(rank) + PID_AT, pid);
        Memory.publishInt(rank(rank) + PRESENCE_AT, Presence.THERE.ordinal());
    }

    public void leave(int rank) {
        Memory.publishInt(rank(rank) + PRESENCE_AT, Presence.LEFT.ordinal());
    }

    public boolean isAbsent(int rank) {
        return Memory.observeInt(rank(rank) + PRESENCE_AT) == Presence.ABSENT.ordinal();
    }

    boolean hasLeft(int rank) {
        return Memory.observeInt(rank(rank) + PRESENCE_AT) == Presence.LEFT.ordinal();
    }

    /** A rank's process. */
    public long pid(int rank) {
        return Memory.getLong(rank(rank) + PID_AT);
    }

    /** Where it is counted who works in a rank's exposed memory. */
    long users(int rank) {
        return rank(rank) + USERS_AT;
    }

    /** Where a rank says at which address its input is, and its output 8 bytes on, for even or odd rounds. */
    long exposed(int rank, long round) {
        return rank(rank) + EXPOSED_AT + (round & 1) * 16;
    }

    // Slots

    /** What a rank posts in a round. */
    long posted(int rank, long round) {
        return base + slots + (4L * rank + 2 * (round & 1)) * slot;
    }

    /** What a rank reduced before a round. */
    long reduced(int rank, long round) {
        return posted(rank, round) + slot;
    }

    // Mailboxes

    /** Where the bytes written to a mailbox are counted. */
    long written(int from, int to) {
        return base + mailboxes + ((long) from * ranks + to) * PAIR;
    }

    /** Where the bytes read from it are. */
    long read(int from, int to) {
        return written(from, to) + LINE;
    }

    /** Its ring. */
    long ring(int from, int to) {
        return base + mail + ((long) from * ranks + to) * MAILBOX;
    }
}
