package dev.tenon.cuda.ptx;

/**
 * Blocks that run together, one after the other as far as each comes, and reach each other's shared memory. A kernel without clusters has one
 * block in each.
 */
final class Cluster {
    /** Above this bit of an address in the cluster's shared memory is the block's rank and one; 0 is the block that asks. */
    private static final int RANK = 24;

    final PtxLaunch launch;
    final BulkCopies bulk = new BulkCopies();
    private final BlockOfThreads[] blocks;

    /** @param threads of each of so many blocks, which have so many bytes of shared memory */
    Cluster(PtxLaunch launch, Program program, int blocks, int threads, int sharedBytes) {
        this.launch = launch;
        this.blocks = new BlockOfThreads[blocks];
        for (int rank = 0; rank < blocks; rank++) {
            this.blocks[rank] = new BlockOfThreads(this, rank, program, threads, sharedBytes);
        }
    }

    /** The address by which all blocks reach what a block has at an address of its own. */
    long address(long own, long rank) {
        block(rank);
        return own | rank + 1 << RANK;
    }

    /** The block whose shared memory an address of a block's names. */
    BlockOfThreads block(BlockOfThreads asks, long address) {
        long number = address >> RANK;
        return number == 0 ? asks : block(number - 1);
    }

    /** The address that the named block itself has there. */
    static long own(long address) {
        return address & (1L << RANK) - 1;
    }

    /** A block by its rank, which must run. */
    BlockOfThreads block(long rank) {
        if (rank < 0 || rank >= blocks.length) {
            throw new PtxError("block " + rank + " of a cluster of " + blocks.length);
        }
        BlockOfThreads block = blocks[(int) rank];
        if (block.isDone()) {
            throw new PtxError("shared memory of block " + block.where() + ", which has ended");
        }
        return block;
    }

    /**
     * Runs the cluster.
     *
     * @param x the first block's place along x, where the others follow
     * @param backwards whether the last block and warp go first
     */
    void run(int x, int y, int z, boolean backwards) {
        bulk.clear();
        for (int rank = 0; rank < blocks.length; rank++) {
            blocks[rank].start(x + rank, y, z);
        }
        while (true) {
            long phases = phases();
            boolean done = true;
            for (int i = 0; i < blocks.length; i++) {
                BlockOfThreads block = blocks[backwards ? blocks.length - 1 - i : i];
                block.run(backwards);
                done &= block.isDone();
            }
            if (done) {
                if (!bulk.isEmpty()) {
                    throw new PtxError("block " + blocks[0].where() + " ends before its copies have arrived");
                }
                return;
            }
            // Warps have come as far as they do without what they wait for.
            if (!release() && phases() == phases) {
                if (bulk.isEmpty()) {
                    throw stuck();
                }
                bulk.arrive(!backwards);
            }
        }
    }

    private long phases() {
        long phases = 0;
        for (BlockOfThreads block : blocks) {
            phases += block.counters.phases();
        }
        return phases;
    }

    /** Lets go on who waits at a barrier, a block's or the cluster's, that all have come to. */
    private boolean release() {
        boolean released = false;
        boolean all = true;
        for (BlockOfThreads block : blocks) {
            released |= block.release();
            all &= block.haveAllArrived();
        }
        for (BlockOfThreads block : blocks) {
            released |= block.releaseFromCluster(all);
        }
        return released;
    }

    private PtxError stuck() {
        StringBuilder text = new StringBuilder();
        for (BlockOfThreads block : blocks) {
            text.append(text.isEmpty() ? "block " : "; block ")
                    .append(block.where())
                    .append(" does not go on:")
                    .append(block.state());
        }
        return new PtxError(text.toString());
    }
}
