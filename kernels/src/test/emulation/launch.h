/* Runs a kernel's blocks one after another, in an order drawn from the seed. */
#pragma once
#include "hopper.h"
#include <numeric>

inline void launch(const char *name, dim3 grid, u32 threads, u32 shared, u64 seed, const std::function<void()> &kernel) {
    emulatedKernel = name;
    gridDim = grid;
    blockDim = {threads, 1, 1};
    scheduler.random = seed;
    std::vector<u32> order(grid.x * grid.y * grid.z);
    std::iota(order.begin(), order.end(), 0);
    for (u32 i = (u32)order.size(); i > 1; i--) {
        std::swap(order[i - 1], order[scheduler.draw(i)]);
    }
    for (u32 block : order) {
        blockIdx = {block % grid.x, block / grid.x % grid.y, block / grid.x / grid.y};
        resetClocks(threads, shared);
        warpCalls.assign((threads + WARP - 1) / WARP, WarpCall());
        asyncGroups.assign(threads, AsyncGroups());
        resetHopper(threads);
        scheduler.run(threads, kernel);
        if (!bulkCopies.empty()) {
            fail("a block ends while a bulk copy of it is on its way");
        }
        for (const AsyncGroups &groups : asyncGroups) {
            for (const auto &group : groups.committed) {
                if (!group.empty()) {
                    fail("a block ends while a copy of it is on its way");
                }
            }
        }
    }
}
