package dev.tenon.cuda.ptx;

import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;

/** A block, run after the one before it: its warps in turn, each as far as it comes without the others. */
final class BlockOfThreads {
    /** What memory holds that nothing was written to: not a number, in every type of floating point. */
    static final byte GARBAGE = (byte) 0xFF;

    final PtxLaunch launch;
    final Region shared;
    private final int threads;
    private final Warp[] warps;
    private final Region[] local;
    final MemoryCounters counters = new MemoryCounters();
    final BulkCopies bulk = new BulkCopies(this);
    private int x;
    private int y;
    private int z;

    BlockOfThreads(PtxLaunch launch, Program program, int threads, Region shared) {
        this.launch = launch;
        this.shared = shared;
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

    /**
     * Runs the block.
     *
     * @param backwards whether the last warp goes first
     */
    void run(int atX, int atY, int atZ, boolean backwards) {
        x = atX;
        y = atY;
        z = atZ;
        shared.content().fill(GARBAGE);
        counters.clear();
        bulk.clear();
        for (Warp warp : warps) {
            warp.start(threads);
            launch.place(warp, x, y, z);
        }
        while (true) {
            boolean done = true;
            long phases = counters.phases();
            for (int i = 0; i < warps.length; i++) {
                Warp warp = warps[backwards ? warps.length - 1 - i : i];
                warp.run();
                done &= warp.isDone();
            }
            if (done) {
                return;
            }
            // Warps have come as far as they do without what they wait for.
            if (!release() && counters.phases() == phases) {
                if (bulk.isEmpty()) {
                    throw stuck();
                }
                bulk.arrive(!backwards);
            }
        }
    }

    /** Lets go on who waits at a barrier that all have come to; a thread that has ended is not waited for. */
    private boolean release() {
        Map<Integer, Integer> arrived = new HashMap<>();
        Map<Integer, Integer> wanted = new HashMap<>();
        int alive = 0;
        for (Warp warp : warps) {
            alive += Integer.bitCount(warp.alive());
            for (int rest = warp.waiting(); rest != 0; rest &= rest - 1) {
                int lane = Integer.numberOfTrailingZeros(rest);
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

    private PtxError stuck() {
        StringBuilder text = new StringBuilder("block " + where() + " does not go on:");
        for (Warp warp : warps) {
            text.append(warp.state());
        }
        return new PtxError(text.toString());
    }
}
