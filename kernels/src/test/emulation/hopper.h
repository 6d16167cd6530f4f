/*
 * Hopper's asynchronous instructions. A bulk tensor copy is on its way until the scheduler, at a time that it draws, lets it arrive;
 * its bytes then count on its counter (mbarrier). A product of a warpgroup reads shared memory when it is issued and,
 * as it may do so until then, again when the group waits for it: only then the sums change. Both sides of the asynchronous
 * proxy are checked: ordinary stores need a fence before they are read, and reads must be over before memory is written again.
 */
#pragma once
#include "async.h"
#include <map>

static const u32 WARPGROUP = 128;

/* What a TensorMap's first word points to: up to four axes, the innermost first; sizes in elements, strides in bytes. */
struct EmulatedMap {
    const u8 *base;
    u32 axes;
    u64 size[4];
    u64 stride[3];
    u32 box[2];
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
        fail("shared memory at %u is no counter", at - SHARED_BASE);
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

inline void emulatedCounterArrive(u32 at, u32 bytes) {
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

/* What lies outside of the tensor becomes zeros. */
inline void copyBox(const BulkCopy &copy) {
    const EmulatedMap &map = copy.map;
    for (u32 y = 0; y < map.box[1]; y++) {
        for (u32 x = 0; x < map.box[0]; x++) {
            u32 to = copy.to + y * 128 + x * 2;
            u8 *place = sharedAt(to ^ (to >> 7 & 7) << 4);
            i64 at[4] = {copy.at[0] + (i64)x, copy.at[1] + (i64)y, copy.at[2], copy.at[3]};
            bool inside = true;
            const u8 *from = map.base + at[0] * 2;
            for (u32 axis = 0; axis < map.axes; axis++) {
                inside = inside && at[axis] >= 0 && at[axis] < (i64)map.size[axis];
                from += axis == 0 ? 0 : at[axis] * (i64)map.stride[axis - 1];
            }
            if (inside) {
                memcpy(place, from, 2);
            } else {
                memset(place, 0, 2);
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

/* Boxes have extent 1 along the axes after the second. */
inline void emulatedCopyBox(u32 to, const EmulatedMap &map, u32 axes, i32 x, i32 y, i32 z, i32 w, u32 counter) {
    u32 bytes = map.box[0] * map.box[1] * 2;
    checkShared(to, bytes, 1024);
    bool fits = map.axes == axes && map.box[0] * 2 == 128 && map.box[1] <= 256 && (u64)map.base % 16 == 0;
    for (u32 i = 0; i < axes - 1; i++) {
        fits = fits && map.stride[i] % 16 == 0;
    }
    if (!fits) {
        fail("a tensor map that the device would refuse");
    }
    noteWrite(to, bytes, me(), true, false);
    bulkCopies.push_back({to, map, {x, y, z, w}, nullptr, bytes, counter, {me(), clocks[me()][me()]}, clocks[me()]});
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

struct Wgmma {
    Element type;
    u32 n;
    u64 a, b;
    bool adds, aAcross, bAcross;
    f32 *d[WARPGROUP];
    /* The left operand where it is in registers: a fragment of each thread. */
    bool inRegisters;
    u32 left[WARPGROUP][4];
};

struct Warpgroup {
    u32 arrived = 0;
    u64 generation = 0;
    const char *what = "";
    f32 *d[WARPGROUP];
    const u32 *left[WARPGROUP];
    bool isFenced = false;
    std::vector<Wgmma> open;
    std::vector<std::vector<Wgmma>> committed;
};

inline std::vector<Warpgroup> warpgroups;

template <class Action> inline void asGroup(const char *what, f32 *d, const u32 *left, Action action) {
    Warpgroup &group = warpgroups[me() / WARPGROUP];
    if (group.arrived > 0 && strcmp(group.what, what) != 0) {
        fail("a thread executes %s while others of its warpgroup are at %s", what, group.what);
    }
    group.what = what;
    group.d[me() % WARPGROUP] = d;
    group.left[me() % WARPGROUP] = left;
    u64 before = group.generation;
    if (++group.arrived == WARPGROUP) {
        action(group);
        group.arrived = 0;
        group.generation++;
        scheduler.progress++;
        return;
    }
    waitUntil(what, [&] { return group.generation != before; });
}

/* Where an element of an operand lies: outer is the row or column, term counts within the 16. */
inline u32 operandPlace(u64 descriptor, bool across, u32 outer, u32 term) {
    if (descriptor >> 62 != 1 || (descriptor >> 49 & 7) != 0) {
        fail("a descriptor of another swizzle, or with a base offset");
    }
    u32 start = (u32)(descriptor & 0x3FFF) << 4;
    u32 slab = (u32)(descriptor >> 16 & 0x3FFF) << 4;
    u32 group = (u32)(descriptor >> 32 & 0x3FFF) << 4;
    u32 at = across ? start + outer % 64 * 2 + outer / 64 * slab + term % 8 * 128 + term / 8 * group
                    : start + outer % 8 * 128 + outer / 8 * group + term * 2;
    return at ^ (at >> 7 & 7) << 4;
}

/*
 * Notes the reads of a product, by the first lanes of its warps: each reads its own rows of a, and all of b. From its issue,
 * when begins is set, to its end nothing may write them.
 */
inline void noteOperands(const Wgmma &w, u32 groupNumber, bool begins) {
    /* Words: two terms, or two rows or columns where lines run across the terms. */
    auto note = [&](u64 descriptor, bool across, u32 outer, u32 term, u32 thread) {
        if ((across ? outer : term) % 2 != 0) {
            return;
        }
        u32 at = operandPlace(descriptor, across, outer, term);
        checkShared(at, 4, 4);
        noteRead(at, 4, thread, true);
        u32 &readings = sharedWords[(at - SHARED_BASE) / 4].readings;
        readings = begins ? readings + 1 : readings - 1;
    };
    for (u32 warp = 0; warp < 4; warp++) {
        u32 thread = groupNumber * WARPGROUP + warp * WARP;
        for (u32 term = 0; term < 16; term++) {
            for (u32 row = 0; row < 16 && !w.inRegisters; row++) {
                note(w.a, w.aAcross, warp * 16 + row, term, thread);
            }
            for (u32 column = 0; column < w.n; column++) {
                note(w.b, w.bAcross, column, term, thread);
            }
        }
    }
}

inline f32 operandAt(const Wgmma &w, u64 descriptor, bool across, u32 outer, u32 term) {
    u32 at = operandPlace(descriptor, across, outer, term);
    checkShared(at, 2, 2);
    u16 bits;
    memcpy(&bits, sharedAt(at), 2);
    return elementOf(w.type, bits, 0);
}

inline void perform(const Wgmma &w) {
    static f64 left[64][16];
    static f64 right[16][256];
    for (u32 term = 0; term < 16; term++) {
        for (u32 i = 0; i < 64; i++) {
            u32 thread = i / 16 * 32 + i % 8 * 4 + term % 8 / 2;
            left[i][term] = w.inRegisters ? elementOf(w.type, w.left[thread][i % 16 / 8 + term / 8 * 2], term % 2)
                                          : operandAt(w, w.a, w.aAcross, i, term);
        }
        for (u32 j = 0; j < w.n; j++) {
            right[term][j] = operandAt(w, w.b, w.bAcross, j, term);
        }
    }
    for (u32 row = 0; row < 64; row++) {
        f64 sums[256];
        auto result = [&](u32 column) -> f32 & {
            u32 thread = row / 16 * 32 + row % 8 * 4 + column % 8 / 2;
            return w.d[thread][column / 8 * 4 + row / 8 % 2 * 2 + column % 2];
        };
        for (u32 column = 0; column < w.n; column++) {
            sums[column] = w.adds ? result(column) : 0;
        }
        for (u32 term = 0; term < 16; term++) {
            for (u32 column = 0; column < w.n; column++) {
                sums[column] += left[row][term] * right[term][column];
            }
        }
        for (u32 column = 0; column < w.n; column++) {
            result(column) = towardZero(sums[column]);
        }
    }
}

/* left: the fragment of an operand in registers, or null and its descriptor is a. */
inline void emulatedWgmma(Element type, u32 n, f32 *d, const u32 *left, u64 a, u64 b, bool adds, bool aAcross, bool bAcross) {
    u32 number = me() / WARPGROUP;
    asGroup("wgmma", d, left, [&](Warpgroup &group) {
        if (!group.isFenced) {
            fail("wgmma without wgmma.fence before it");
        }
        Wgmma w = {type, n, a, b, adds, aAcross, bAcross, {}, left != nullptr, {}};
        memcpy(w.d, group.d, sizeof w.d);
        for (u32 i = 0; i < WARPGROUP && w.inRegisters; i++) {
            memcpy(w.left[i], group.left[i], sizeof w.left[i]);
        }
        noteOperands(w, number, true);
        group.open.push_back(w);
    });
}

inline void emulatedWgmmaFence() {
    asGroup("wgmma.fence", nullptr, nullptr, [](Warpgroup &group) { group.isFenced = true; });
}

inline void emulatedWgmmaCommit() {
    asGroup("wgmma.commit_group", nullptr, nullptr, [](Warpgroup &group) {
        group.committed.push_back(group.open);
        group.open.clear();
    });
}

inline void emulatedWgmmaWait(u32 left) {
    u32 number = me() / WARPGROUP;
    asGroup("wgmma.wait_group", nullptr, nullptr, [&](Warpgroup &group) {
        while (group.committed.size() > left) {
            for (const Wgmma &w : group.committed.front()) {
                noteOperands(w, number, false);
                perform(w);
            }
            group.committed.erase(group.committed.begin());
        }
        if (left == 0) {
            group.isFenced = false;
        }
    });
}

inline void resetHopper(u32 threads) {
    counters.clear();
    bulkCopies.clear();
    warpgroups.assign((threads + WARPGROUP - 1) / WARPGROUP, Warpgroup());
    scheduler.idle = arriveOne;
}
