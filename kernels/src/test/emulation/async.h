/*
 * cp.async: a copy into shared memory that is on its way from its issue until the thread waits for its group. It arrives as
 * late as it may, and its source is read then, so that a missing wait shows.
 */
#pragma once
#include "warp.h"

struct AsyncCopy {
    u32 to;
    const void *from;
    u32 bytes;
    /* Of the destination; those past bytes become zeros. */
    u32 size;
};

struct AsyncGroups {
    std::vector<AsyncCopy> open;
    std::vector<std::vector<AsyncCopy>> committed;
};

inline std::vector<AsyncGroups> asyncGroups;

inline void checkGlobal(const void *address, u32 alignment) {
    if ((u64)address % alignment != 0) {
        fail("access to memory at %p, not aligned to %u", address, alignment);
    }
}

inline void emulatedCopyAsync(u32 to, const void *from, u32 bytes, u32 size) {
    checkShared(to, size, size);
    checkGlobal(from, size);
    if (bytes > size) {
        fail("cp.async of %u bytes from %u", size, bytes);
    }
    noteWrite(to, size, me(), true, true);
    asyncGroups[me()].open.push_back({to, from, bytes, size});
}

inline void emulatedCommit() {
    AsyncGroups &groups = asyncGroups[me()];
    groups.committed.push_back(groups.open);
    groups.open.clear();
}

inline void emulatedWait(u32 left) {
    AsyncGroups &groups = asyncGroups[me()];
    while (groups.committed.size() > left) {
        for (const AsyncCopy &copy : groups.committed.front()) {
            memset(sharedAt(copy.to), 0, copy.size);
            memcpy(sharedAt(copy.to), copy.from, copy.bytes);
            noteArrival(copy.to, copy.size, {me(), clocks[me()][me()]});
        }
        groups.committed.erase(groups.committed.begin());
    }
}

template <class T> inline T emulatedLoadShared(u32 address) {
    checkShared(address, sizeof(T), sizeof(T));
    noteRead(address, sizeof(T), me(), false);
    T value;
    memcpy(&value, sharedAt(address), sizeof(T));
    return value;
}

template <class T> inline void emulatedStoreShared(u32 address, const T &value) {
    checkShared(address, sizeof(T), sizeof(T));
    noteWrite(address, sizeof(T), me(), false, true);
    memcpy(sharedAt(address), &value, sizeof(T));
}
