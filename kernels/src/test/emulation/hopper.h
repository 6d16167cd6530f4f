/*
 * Products of a warpgroup: one reads shared memory when it is issued and, as it may do so until then, again when the group
 * waits for it: only then the sums change. Both sides of the asynchronous proxy are checked: ordinary stores need a fence
 * before they are read, and reads must be over before memory is written again.
 */
#pragma once
#include "bulk.h"

static const u32 WARPGROUP = 128;

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

/* Of an operand's element, and of a product: 32 bytes of a line along the terms. */
inline u32 bytesOf(Element type) {
    return type == Element::TF32 ? 4 : 2;
}
inline u32 termsOf(Element type) {
    return 32 / bytesOf(type);
}

/* Where an element of an operand lies: outer is the row or column, term counts within the product's. */
inline u32 operandPlace(Element type, u64 descriptor, bool across, u32 outer, u32 term) {
    if (descriptor >> 62 != 1 || (descriptor >> 49 & 7) != 0) {
        fail("a descriptor of another swizzle, or with a base offset");
    }
    if (across && type == Element::TF32) {
        fail("TF32 in lines across the terms");
    }
    u32 start = (u32)(descriptor & 0x3FFF) << 4;
    u32 slab = (u32)(descriptor >> 16 & 0x3FFF) << 4;
    u32 group = (u32)(descriptor >> 32 & 0x3FFF) << 4;
    u32 at = across ? start + outer % 64 * 2 + outer / 64 * slab + term % 8 * 128 + term / 8 * group
                    : start + outer % 8 * 128 + outer / 8 * group + term * bytesOf(type);
    return at ^ (at >> 7 & 7) << 4;
}

/* The 18 bits of a descriptor's address are of the block's own shared memory. */
inline u32 ownWindow() {
    return myBlock() * SHARED_WINDOW;
}

/*
 * Notes the reads of a product, by the first lanes of its warps: each reads its own rows of a, and all of b. From its issue,
 * when begins is set, to its end nothing may write them.
 */
inline void noteOperands(const Wgmma &w, u32 groupNumber, bool begins) {
    /* Words: of 16 bits two terms, or two rows or columns where lines run across the terms. */
    auto note = [&](u64 descriptor, bool across, u32 outer, u32 term, u32 thread) {
        if (bytesOf(w.type) == 2 && (across ? outer : term) % 2 != 0) {
            return;
        }
        u32 at = ownWindow() + operandPlace(w.type, descriptor, across, outer, term);
        checkShared(at, 4, 4);
        noteRead(at, 4, thread, true);
        Words words = wordsAt(at, 4);
        u32 &readings = words.first[words.from].readings;
        readings = begins ? readings + 1 : readings - 1;
    };
    for (u32 warp = 0; warp < 4; warp++) {
        u32 thread = groupNumber * WARPGROUP + warp * WARP;
        for (u32 term = 0; term < termsOf(w.type); term++) {
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
    u32 at = ownWindow() + operandPlace(w.type, descriptor, across, outer, term);
    checkShared(at, bytesOf(w.type), bytesOf(w.type));
    u32 bits = 0;
    memcpy(&bits, sharedAt(at), bytesOf(w.type));
    return elementOf(w.type, bits, 0);
}

inline void perform(const Wgmma &w) {
    static f64 left[64][16];
    static f64 right[16][256];
    u32 terms = termsOf(w.type);
    for (u32 term = 0; term < terms; term++) {
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
        for (u32 term = 0; term < terms; term++) {
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

/* threads: of all blocks of the cluster. */
inline void resetHopper(u32 threads) {
    resetBulk(threads);
    warpgroups.assign((threads + WARPGROUP - 1) / WARPGROUP, Warpgroup());
}
