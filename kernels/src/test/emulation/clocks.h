/*
 * Which accesses to shared memory are ordered: every thread has a vector clock (Lamport's happens-before, kept as in
 * FastTrack, Flanagan and Freund 2009), barriers join clocks, and every word of shared memory remembers its last write and
 * the reads since. An access that is not ordered after a conflicting one is a race, whatever order this run happened to
 * take. So is a read of what nothing wrote, or of what an asynchronous copy has not yet brought. Threads are numbered over
 * all blocks of a cluster.
 */
#pragma once
#include "fibers.h"
#include <algorithm>

typedef std::vector<u32> Clock;

struct Access {
    u32 thread;
    u32 time;
};

struct Word {
    bool written = false;
    /* An asynchronous copy is on its way here. */
    bool pending = false;
    /* By ordinary stores: the asynchronous proxy sees them only after a fence. */
    bool generic = false;
    /* Products that may read it until they are waited for. */
    u32 readings = 0;
    Access writer = {0, 0};
    std::vector<Access> readers;
};

inline std::vector<Clock> clocks;
/* When each thread last executed fence.proxy.async. */
inline std::vector<u32> fenced;

inline u32 me() {
    return scheduler.current->index;
}

inline void join(Clock &into, const Clock &from) {
    for (size_t i = 0; i < into.size(); i++) {
        into[i] = into[i] > from[i] ? into[i] : from[i];
    }
}

inline bool isBefore(const Access &access, u32 thread) {
    return access.thread == thread || access.time <= clocks[thread][access.thread];
}

/* Threads that come together: what each did before is ordered before what each does after. */
struct Rendezvous {
    u32 arrived = 0;
    u64 generation = 0;
    Clock joined;
    Clock released;

    void arrive(u32 expected) {
        u32 thread = me();
        if (arrived == 0) {
            joined.assign(clocks.size(), 0);
        }
        join(joined, clocks[thread]);
        clocks[thread][thread]++;
        if (++arrived == expected) {
            arrived = 0;
            generation++;
            released = joined;
            scheduler.progress++;
        }
    }

    void arriveAndWait(const char *what, u32 expected) {
        u64 before = generation;
        arrive(expected);
        waitUntil(what, [&] { return generation != before; });
        join(clocks[me()], released);
    }
};

inline std::vector<Rendezvous> namedBarriers;
inline std::vector<Rendezvous> warpBarriers;

/* The number of this thread's block in its cluster. */
inline u32 myBlock() {
    return me() / scheduler.blockThreads;
}

static const u32 BARRIERS = 16;

inline void emulatedBarrier(u32 id, u32 threads) {
    if (id >= BARRIERS || threads % WARP != 0 || threads > scheduler.blockThreads) {
        fail("barrier %u of %u threads", id, threads);
    }
    namedBarriers[myBlock() * BARRIERS + id].arriveAndWait("a barrier", threads);
}

inline void emulatedWarpBarrier() {
    warpBarriers[me() / WARP].arriveAndWait("the warp's barrier", WARP);
}

/*
 * Shared memory. Addresses are from SHARED_BASE on, so that address 0 is an error, in a window for each block of a cluster:
 * a block's own addresses are not another's here, while on a device they are the same numbers and mean different places.
 */
static const u32 SHARED_BASE = 1024;
static const u32 SHARED_WINDOW = 1 << 20;
/* Of a block. */
inline u32 sharedSize = 0;
inline std::vector<u8> sharedBytes;
inline std::vector<Word> sharedWords;

inline u32 sharedBlock(u32 address) {
    return address / SHARED_WINDOW;
}
inline u32 sharedOffset(u32 address) {
    return address % SHARED_WINDOW - SHARED_BASE;
}
inline u32 emulatedSharedBase() {
    return SHARED_BASE + myBlock() * SHARED_WINDOW;
}

/* Of any block of the cluster that has not ended. */
inline void checkCluster(u32 address, u32 bytes, u32 alignment) {
    u32 offset = sharedOffset(address);
    if (sharedBlock(address) >= scheduler.blocks.size() || (u64)offset + bytes > sharedSize) {
        fail("shared memory has %u bytes, access to %u at %d", sharedSize, bytes, (i32)offset);
    }
    if (address % alignment != 0) {
        fail("access to shared memory at %u, not aligned to %u", offset, alignment);
    }
    if (scheduler.hasEnded(sharedBlock(address))) {
        fail("access to shared memory of a block that has ended");
    }
}

/* Of this thread's block. */
inline void checkShared(u32 address, u32 bytes, u32 alignment) {
    if (sharedBlock(address) != myBlock() && sharedBlock(address) < scheduler.blocks.size()) {
        fail("an address of another block's shared memory where only the block's own is reached");
    }
    checkCluster(address, bytes, alignment);
}

inline u8 *sharedAt(u32 address) {
    return sharedBytes.data() + (size_t)sharedBlock(address) * sharedSize + sharedOffset(address);
}

struct Words {
    Word *first;
    u32 from;
    u32 to;
};

/* Of a block, and which of them are touched. */
inline Words wordsAt(u32 address, u32 bytes) {
    u32 offset = sharedOffset(address);
    return {sharedWords.data() + (size_t)sharedBlock(address) * ((sharedSize + 3) / 4), offset / 4, (offset + bytes + 3) / 4};
}

inline void noteRead(u32 address, u32 bytes, u32 thread, bool asynchronous) {
    Words words = wordsAt(address, bytes);
    for (u32 at = words.from; at < words.to; at++) {
        Word &word = words.first[at];
        if (word.pending) {
            fail("shared memory at %u is read while a copy to it is on its way", at * 4);
        }
        if (!word.written) {
            fail("shared memory at %u is read, which nothing wrote", at * 4);
        }
        if (!isBefore(word.writer, thread)) {
            fail("race: shared memory at %u is read, thread %u wrote it, and nothing orders the two", at * 4,
                 word.writer.thread);
        }
        if (asynchronous && word.generic && word.writer.time >= fenced[word.writer.thread]) {
            fail("shared memory at %u is read by the asynchronous proxy, thread %u wrote it without a fence", at * 4,
                 word.writer.thread);
        }
        auto own = std::find_if(word.readers.begin(), word.readers.end(),
                                [thread](const Access &reader) { return reader.thread == thread; });
        if (own != word.readers.end()) {
            own->time = clocks[thread][thread];
            continue;
        }
        size_t kept = 0;
        for (size_t i = 0; i < word.readers.size(); i++) {
            if (!isBefore(word.readers[i], thread)) {
                word.readers[kept++] = word.readers[i];
            }
        }
        word.readers.resize(kept);
        word.readers.push_back({thread, clocks[thread][thread]});
    }
}

inline void noteWrite(u32 address, u32 bytes, u32 thread, bool pending, bool generic) {
    Words words = wordsAt(address, bytes);
    for (u32 at = words.from; at < words.to; at++) {
        Word &word = words.first[at];
        if (word.pending) {
            fail("shared memory at %u is written while a copy to it is on its way", at * 4);
        }
        if (word.readings > 0) {
            fail("race: shared memory at %u is written while a product that reads it is on its way", at * 4);
        }
        if (word.written && !isBefore(word.writer, thread)) {
            fail("race: shared memory at %u is written, thread %u wrote it, and nothing orders the two", at * 4,
                 word.writer.thread);
        }
        for (const Access &reader : word.readers) {
            if (!isBefore(reader, thread)) {
                fail("race: shared memory at %u is written, thread %u read it, and nothing orders the two", at * 4,
                     reader.thread);
            }
        }
        word.readers.clear();
        word.written = true;
        word.pending = pending;
        word.generic = generic;
        word.writer = {thread, clocks[thread][thread]};
    }
}

/* A copy has arrived; thread is the one that it counts for from now on. */
inline void noteArrival(u32 address, u32 bytes, Access writer) {
    Words words = wordsAt(address, bytes);
    for (u32 at = words.from; at < words.to; at++) {
        words.first[at].pending = false;
        words.first[at].writer = writer;
    }
}

/* threads, bytes: of each block. */
inline void resetClocks(u32 blocks, u32 threadsOfBlock, u32 bytes) {
    u32 threads = blocks * threadsOfBlock;
    clocks.assign(threads, Clock(threads, 0));
    for (u32 i = 0; i < threads; i++) {
        clocks[i][i] = 1;
    }
    fenced.assign(threads, 0);
    namedBarriers.assign(blocks * BARRIERS, Rendezvous());
    warpBarriers.assign((threads + WARP - 1) / WARP, Rendezvous());
    sharedSize = bytes;
    sharedBytes.assign((size_t)blocks * bytes, 0xFF);
    sharedWords.assign((size_t)blocks * ((bytes + 3) / 4), Word());
}
