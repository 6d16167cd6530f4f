/*
 * Clusters of blocks, which run on neighbouring multiprocessors and reach each other's shared memory (Hopper and later). A
 * block's number in its cluster is its rank. As in ptx.h, each instruction is a function, which the emulation gives its
 * documented meaning.
 */
#pragma once
#include "wgmma.h"

#ifdef __CUDACC__

TN_FUNCTION u32 cluster_rank() {
    u32 rank;
    asm("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
    return rank;
}
/* Of all threads of all blocks. */
TN_FUNCTION void cluster_barrier() {
    asm volatile("barrier.cluster.arrive.release;\nbarrier.cluster.wait.acquire;" ::: "memory");
}
/* Where another block of the cluster has what this one has at an address. */
TN_FUNCTION u32 cluster_address(u32 at, u32 rank) {
    u32 there;
    asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(there) : "r"(at), "r"(rank));
    return there;
}
/*
 * At any block's counter, by its cluster address, after products that this thread has waited for: what they read may be
 * overwritten. It orders nothing that was stored for threads of other blocks. With .release.cluster it would, and ptxas
 * makes a fence of the whole device of that, at each arrival.
 */
TN_FUNCTION void cluster_counter_arrive(u32 at) {
    asm volatile("mbarrier.arrive.shared::cluster.b64 _, [%0];" ::"r"(at) : "memory");
}
/* A box of three axes to the same place in each block whose rank has a bit; its bytes count on each one's counter. */
TN_FUNCTION void copy_box_to_blocks(u32 to, const TensorMap *map, i32 x, i32 y, i32 z, u32 counter, u32 blocks) {
    asm volatile("cp.async.bulk.tensor.3d.shared::cluster.global.tile.mbarrier::complete_tx::bytes.multicast::cluster"
                 " [%0], [%1, {%2, %3, %4}], [%5], %6;" ::"r"(to),
                 "l"(map), "r"(x), "r"(y), "r"(z), "r"(counter), "h"((u16)blocks)
                 : "memory");
}

#else

TN_FUNCTION u32 cluster_rank() {
    return myBlock();
}
TN_FUNCTION void cluster_barrier() {
    emulatedClusterBarrier();
}
TN_FUNCTION u32 cluster_address(u32 at, u32 rank) {
    return emulatedClusterAddress(at, rank);
}
TN_FUNCTION void cluster_counter_arrive(u32 at) {
    emulatedCounterArrive(at, 0);
}
TN_FUNCTION void copy_box_to_blocks(u32 to, const TensorMap *map, i32 x, i32 y, i32 z, u32 counter, u32 blocks) {
    emulatedCopyBox(to, *(const EmulatedMap *)map->words[0], 3, x, y, z, 0, counter, blocks);
}

#endif
