/* Runs a kernel's blocks one after another, or its clusters, the blocks of each together, in an order drawn from the seed. */
#pragma once
#include "hopper.h"
#include <numeric>

/* cluster: neighbours along x that run together. */
inline void launch(const char *name, dim3 grid, u32 threads, u32 shared, u64 seed, const std::function<void()> &kernel,
                   u32 cluster = 1) {
    emulatedKernel = name;
    gridDim = grid;
    blockDim = {threads, 1, 1};
    scheduler.random = seed;
    if (grid.x % cluster != 0 || (cluster > 1 && threads % WARPGROUP != 0)) {
        fail("a grid of %u blocks of %u threads in clusters of %u", grid.x, threads, cluster);
    }
    std::vector<u32> order(grid.x / cluster * grid.y * grid.z);
    std::iota(order.begin(), order.end(), 0);
    for (u32 i = (u32)order.size(); i > 1; i--) {
        std::swap(order[i - 1], order[scheduler.draw(i)]);
    }
    for (u32 number : order) {
        std::vector<dim3> blocks;
        for (u32 i = 0; i < cluster; i++) {
            u32 block = number * cluster + i;
            blocks.push_back({block % grid.x, block / grid.x % grid.y, block / grid.x / grid.y});
        }
        resetClocks(cluster, threads, shared);
        warpCalls.assign((cluster * threads + WARP - 1) / WARP, WarpCall());
        asyncGroups.assign(cluster * threads, AsyncGroups());
        resetHopper(cluster * threads);
        scheduler.run(blocks, threads, kernel);
        checkVisits();
        for (const AsyncGroups &groups : asyncGroups) {
            for (const auto &group : groups.committed) {
                if (!group.empty()) {
                    fail("a block ends while a copy of it is on its way");
                }
            }
        }
    }
}
