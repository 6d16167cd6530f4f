package dev.tenon.cuda.ptx;

import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;

/** A block: its warps run in turn, each as far as it comes without the others. */
final class BlockOfThreads {
    /** What memory holds that nothing was written to: not a number, in every type of floating point. */
    static final byte GARBAGE = (byte) 0xFF;

    final Cluster cluster;
    final Region shared;
    private final int rank;
    private final int threads;
    private final Warp[] warps;
    private final Region[] local;
    final MemoryCounters counters = new MemoryCounters();
    private int x;
    private int y;
    private int z;

    BlockOfThreads(Cluster cluster, int rank, Program program, int threads, int sharedBytes) {
        this.cluster = cluster;
        this.rank = rank;
        this.shared = new Region(0, Arena.ofAuto().allocate(sharedBytes, 1024));
        this.threads = threads;
        this.warps = new Warp[(threads + Lanes.COUNT - 1) / Lanes.COUNT];
        for (int i = 0; i < warps.length; i++) {
            warps[i] = new Warp(this, program, i * Lanes.COUNT);
        }
        this.local = new Region[program.localBytes() == 0 ? 0 : threads];
        for (int i = 0; i < local.length; i++) {
            local[i] = new Region(0, Arena.ofAuto().allocate(program.localBytes(), 16));
        }
    }

    Region local(int thread) {
        return local[thread];
    }

    String where() {
        return "(" + x + ", " + y + ", " + z + ")";
    }

    /** Whether all threads have ended. */
    boolean isDone() {
        for (Warp warp : warps) {
            if (!warp.isDone()) {
                return false;
            }
        }
        return true;
    }

    /** At the kernel's first instruction. */
    void start(int atX, int atY, int atZ) {
        x = atX;
        y = atY;
        z = atZ;
        shared.content().fill(GARBAGE);
        counters.clear();
        for (Warp warp : warps) {
            warp.start(threads);
            cluster.launch.place(warp, x, y, z, rank);
        }
    }

    /**
     * Runs each warp as far as it comes.
     *
     * @param backwards whether the last warp goes first
     */
    void run(boolean backwards) {
        for (int i = 0; i < warps.length; i++) {
            warps[backwards ? warps.length - 1 - i : i].run();
        }
    }

    /** Lets go on who waits at a barrier that all have come to; a thread that has ended is not waited for. */
    boolean release() {
        Map<Integer, Integer> arrived = new HashMap<>();
        Map<Integer, Integer> wanted = new HashMap<>();
        int alive = 0;
        for (Warp warp : warps) {
            alive += Integer.bitCount(warp.alive());
            for (int rest = warp.waiting(); rest != 0; rest &= rest - 1) {
                int lane = Integer.numberOfTrailingZeros(rest);
                if (warp.barriers[lane] == Warp.CLUSTER) {
                    continue;
                }
                arrived.merge(warp.barriers[lane], 1, Integer::sum);
                Integer other = wanted.put(warp.barriers[lane], warp.expected[lane]);
                if (other != null && other != warp.expected[lane]) {
                    throw new PtxError("threads of block " + where() + " wait for different numbers of others");
                }
            }
        }
        boolean released = false;
        for (Map.Entry<Integer, Integer> barrier : wanted.entrySet()) {
            int threadsWanted = barrier.getValue() < 0 ? alive : barrier.getValue();
            if (arrived.get(barrier.getKey()) == threadsWanted) {
                released = true;
                for (Warp warp : warps) {
                    warp.release(at(warp, barrier.getKey()));
                }
            }
        }
        return released;
    }

    private static int at(Warp warp, int barrier) {
        int lanes = 0;
        for (int rest = warp.waiting(); rest != 0; rest &= rest - 1) {
            int lane = Integer.numberOfTrailingZeros(rest);
            lanes |= warp.barriers[lane] == barrier ? 1 << lane : 0;
        }
        return lanes;
    }

    /** Whether all threads but those that have ended have come to the cluster's barrier. */
    boolean haveAllArrived() {
        for (Warp warp : warps) {
            if ((warp.alive() & ~warp.arrived) != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Lets threads go on that wait at the cluster's barrier and may pass.
     *
     * @param all whether all threads of the cluster have come to it
     */
    boolean releaseFromCluster(boolean all) {
        boolean released = false;
        for (Warp warp : warps) {
            if (all) {
                warp.passing |= warp.arrived;
                warp.arrived = 0;
            }
            int lanes = at(warp, Warp.CLUSTER) & warp.passing;
            warp.passing &= ~lanes;
            warp.release(lanes);
            released |= lanes != 0;
        }
        return released;
    }

    /** Where threads stand, for a block that does not go on. */
    String state() {
        StringBuilder text = new StringBuilder();
        for (Warp warp : warps) {
            text.append(warp.state());
        }
        return text.toString();
    }
}
