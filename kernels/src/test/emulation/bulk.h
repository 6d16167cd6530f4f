/*
 * Hopper's counters (mbarrier) and bulk copies. A copy is on its way until the scheduler, at a time that it draws, lets it
 * arrive; its bytes then count on its counter.
 */
#pragma once
#include "async.h"
#include <map>

/* What a TensorMap's first word points to: up to four axes, the innermost first; sizes in elements, strides in bytes. */
struct EmulatedMap {
    const u8 *base;
    u32 axes;
    u64 size[4];
    u64 stride[3];
    u32 box[2];
    /* Of an element: 2, or 4 of F32 numbers as TF32. */
    u32 elementBytes = 2;
    /* Whether the copy rounds F32 numbers to TF32, which NVIDIA's documents neither say nor deny. */
    bool rounds = false;
};

struct Counter {
    u32 arrivals = 0;
    u32 missing = 0;
    i64 bytes = 0;
    u32 phase = 0;
    Clock joined, released;

    void advance() {
        if (missing == 0 && bytes == 0) {
            phase ^= 1;
            missing = arrivals;
            released = joined;
            scheduler.progress++;
        }
    }
};

struct BulkCopy {
    u32 to;
    EmulatedMap map;
    i32 at[4];
    /* Where it is no box: neighbouring bytes. */
    const void *plain;
    u32 bytes;
    u32 counter;
    Access issuer;
    Clock clock;
};

inline std::map<u32, Counter> counters;
inline std::vector<BulkCopy> bulkCopies;

inline Counter &counterAt(u32 at) {
    auto found = counters.find(at);
    if (found == counters.end()) {
        fail("shared memory at %u is no counter", sharedOffset(at));
    }
    return found->second;
}

inline void emulatedCounterInit(u32 at, u32 arrivals) {
    checkShared(at, 8, 8);
    noteWrite(at, 8, me(), false, true);
    Counter counter;
    counter.arrivals = counter.missing = arrivals;
    counter.joined.assign(clocks.size(), 0);
    counter.released = counter.joined;
    counters[at] = counter;
}

inline void emulatedProxyFence() {
    fenced[me()] = ++clocks[me()][me()];
}

/*
 * What threads of other blocks have done last to each block's shared memory: [block][thread]. The block must still be there.
 */
inline std::vector<Clock> visits;

inline void noteVisit(u32 address) {
    if (sharedBlock(address) != myBlock()) {
        visits[sharedBlock(address)][me()] = clocks[me()][me()];
    }
}

/* A block may end once one thread of it knows that all of that has happened. */
inline void checkVisits() {
    for (u32 block = 0; block < visits.size(); block++) {
        for (u32 other = 0; other < clocks.size(); other++) {
            bool isKnown = visits[block][other] == 0;
            for (u32 i = 0; i < scheduler.blockThreads && !isKnown; i++) {
                isKnown = visits[block][other] <= clocks[block * scheduler.blockThreads + i][other];
            }
            if (!isKnown) {
                fail("block %u of the cluster may end before thread %u of block %u reaches its shared memory", block,
                     other % scheduler.blockThreads, other / scheduler.blockThreads);
            }
        }
    }
}

/* Of any block of the cluster. */
inline void emulatedCounterArrive(u32 at, u32 bytes) {
    checkCluster(at, 8, 8);
    noteVisit(at);
    noteRead(at, 8, me(), false);
    Counter &counter = counterAt(at);
    if (counter.missing == 0) {
        fail("more arrivals at a counter than it expects");
    }
    join(counter.joined, clocks[me()]);
    clocks[me()][me()]++;
    counter.missing--;
    counter.bytes += bytes;
    counter.advance();
}

/* To nearest even; what is not finite stays. */
inline u32 roundToTf32(u32 bits) {
    return (bits >> 23 & 0xFF) == 0xFF ? bits : (bits + 0xFFF + (bits >> 13 & 1)) & 0xFFFFE000u;
}

/* What lies outside of the tensor becomes zeros. */
inline void copyBox(const BulkCopy &copy) {
    const EmulatedMap &map = copy.map;
    for (u32 y = 0; y < map.box[1]; y++) {
        for (u32 x = 0; x < map.box[0]; x++) {
            u32 to = copy.to + y * 128 + x * map.elementBytes;
            u8 *place = sharedAt(to ^ (to >> 7 & 7) << 4);
            i64 at[4] = {copy.at[0] + (i64)x, copy.at[1] + (i64)y, copy.at[2], copy.at[3]};
            bool inside = true;
            const u8 *from = map.base + at[0] * map.elementBytes;
            for (u32 axis = 0; axis < map.axes; axis++) {
                inside = inside && at[axis] >= 0 && at[axis] < (i64)map.size[axis];
                from += axis == 0 ? 0 : at[axis] * (i64)map.stride[axis - 1];
            }
            if (!inside) {
                memset(place, 0, map.elementBytes);
            } else if (map.rounds) {
                u32 bits;
                memcpy(&bits, from, 4);
                bits = roundToTf32(bits);
                memcpy(place, &bits, 4);
            } else {
                memcpy(place, from, map.elementBytes);
            }
        }
    }
}

inline void arrive(const BulkCopy &copy) {
    if (copy.plain != nullptr) {
        memcpy(sharedAt(copy.to), copy.plain, copy.bytes);
    } else {
        copyBox(copy);
    }
    noteArrival(copy.to, copy.bytes, copy.issuer);
    Counter &counter = counterAt(copy.counter);
    join(counter.joined, copy.clock);
    counter.bytes -= copy.bytes;
    counter.advance();
}

/* Lets one of the copies that are on their way arrive. */
inline bool arriveOne() {
    if (bulkCopies.empty()) {
        return false;
    }
    u32 which = scheduler.draw((u32)bulkCopies.size());
    BulkCopy copy = bulkCopies[which];
    bulkCopies.erase(bulkCopies.begin() + which);
    arrive(copy);
    return true;
}

/*
 * Boxes have extent 1 along the axes after the second. blocks: a bit for each of the cluster that gets the box, at the same
 * places.
 */
inline void emulatedCopyBox(u32 to, const EmulatedMap &map, u32 axes, i32 x, i32 y, i32 z, i32 w, u32 counter, u32 blocks) {
    u32 bytes = map.box[0] * map.box[1] * map.elementBytes;
    checkShared(to, bytes, 1024);
    checkShared(counter, 8, 8);
    bool fits = map.axes == axes && map.box[0] * map.elementBytes == 128 && map.box[1] <= 256 && (u64)map.base % 16 == 0;
    for (u32 i = 0; i < axes - 1; i++) {
        fits = fits && map.stride[i] % 16 == 0;
    }
    if (!fits) {
        fail("a tensor map that the device would refuse");
    }
    if (blocks == 0 || blocks >> scheduler.blocks.size() != 0) {
        fail("a box for blocks that the cluster does not have");
    }
    for (u32 block = 0; block < scheduler.blocks.size(); block++) {
        if ((blocks >> block & 1) != 0) {
            u32 place = to % SHARED_WINDOW + block * SHARED_WINDOW;
            u32 on = counter % SHARED_WINDOW + block * SHARED_WINDOW;
            checkCluster(place, bytes, 1024);
            noteVisit(place);
            /* Its bytes count there, so it must be initialized. */
            noteRead(on, 8, me(), false);
            noteWrite(place, bytes, me(), true, false);
            bulkCopies.push_back({place, map, {x, y, z, w}, nullptr, bytes, on, {me(), clocks[me()][me()]}, clocks[me()]});
        }
    }
}

inline void emulatedCopyBytes(u32 to, const void *from, u32 bytes, u32 counter) {
    checkShared(to, bytes, 16);
    checkGlobal(from, 16);
    if (bytes % 16 != 0) {
        fail("a bulk copy of %u bytes", bytes);
    }
    noteWrite(to, bytes, me(), true, false);
    bulkCopies.push_back({to, {}, {}, from, bytes, counter, {me(), clocks[me()][me()]}, clocks[me()]});
}

inline Rendezvous clusterBarrier;

/* Of all threads; a device waits for those alone that have not ended. */
inline void emulatedClusterBarrier() {
    clusterBarrier.arriveAndWait("the cluster's barrier", (u32)clocks.size());
}

inline u32 emulatedClusterAddress(u32 at, u32 block) {
    checkShared(at, 1, 1);
    if (block >= scheduler.blocks.size()) {
        fail("an address in block %u of a cluster of %zu", block, scheduler.blocks.size());
    }
    return at % SHARED_WINDOW + block * SHARED_WINDOW;
}

inline void emulatedCounterWait(u32 at, u32 parity) {
    noteRead(at, 8, me(), false);
    waitUntil("a counter", [&] {
        if (counterAt(at).phase != parity) {
            return true;
        }
        if (scheduler.draw(8) == 0) {
            arriveOne();
        }
        return counterAt(at).phase != parity;
    });
    join(clocks[me()], counterAt(at).released);
}

/* What a block does not live to see. */
inline void blockEnds(u32 block) {
    for (const BulkCopy &copy : bulkCopies) {
        if (sharedBlock(copy.to) == block) {
            fail("a block ends while a bulk copy to it is on its way");
        }
    }
}

/* threads: of all blocks of the cluster. */
inline void resetBulk(u32 threads) {
    counters.clear();
    bulkCopies.clear();
    visits.assign(threads / blockDim.x, Clock(threads, 0));
    clusterBarrier = Rendezvous();
    scheduler.idle = arriveOne;
    scheduler.blockEnds = blockEnds;
}
