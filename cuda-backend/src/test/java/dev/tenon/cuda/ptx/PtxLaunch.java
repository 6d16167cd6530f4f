package dev.tenon.cuda.ptx;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A launch of a kernel. */
final class PtxLaunch {
    private static final int CACHED = 4;

    final Region parameters;
    private final Program program;
    private final LaunchShape shape;
    private final GlobalMemory memory;
    private final Region module;
    private final Region[] recent = new Region[CACHED];
    private int oldest;

    PtxLaunch(Program program, LaunchShape shape, List<byte[]> values, GlobalMemory memory) {
        this.program = program;
        this.shape = shape;
        this.memory = memory;
        MemorySegment bytes = Arena.ofAuto().allocate(Math.max(1, program.parameterBytes()), 64);
        if (values.size() != program.parameters().size()) {
            throw new PtxError(program.name() + " with " + values.size() + " values");
        }
        for (int i = 0; i < values.size(); i++) {
            Program.Parameter parameter = program.parameters().get(i);
            if (parameter.bytes() != values.get(i).length) {
                throw new PtxError(program.name() + ", parameter " + i + " with " + values.get(i).length + " bytes");
            }
            MemorySegment.copy(
                    MemorySegment.ofArray(values.get(i)), 0, bytes, parameter.offset(), values.get(i).length);
        }
        this.parameters = new Region(0, bytes);
        MemorySegment variables = Arena.ofAuto().allocate(Math.max(1, program.moduleMemory().length), 64);
        variables.copyFrom(MemorySegment.ofArray(program.moduleMemory()));
        this.module = new Region(Space.MODULE, variables);
    }

    /** Global memory at an address; null if there is none. */
    @Nullable
    Region global(long address) {
        for (Region region : recent) {
            if (region != null && region.holds(address, 1)) {
                return region;
            }
        }
        Region found = module.holds(address, 1) ? module : memory.at(address);
        if (found != null) {
            recent[oldest] = found;
            oldest = (oldest + 1) % CACHED;
        }
        return found;
    }

    /** The tensor map at a generic address, which is that of a parameter. */
    TensorBox tensorMap(Warp warp, int lane, long address) {
        Region region = Space.GENERIC.region(warp, lane, address, 64);
        if (!region.holds(address, TensorBox.MAP_BYTES)) {
            throw new Warp.LaneError(lane, "no tensor map at 0x%x".formatted(address));
        }
        return memory.tensorMap(region.content()
                .asSlice(address - region.start(), TensorBox.MAP_BYTES)
                .toArray(ValueLayout.JAVA_BYTE));
    }

    /** Runs all clusters, one after the other. */
    void run(boolean backwards) {
        int size = program.cluster();
        if (shape.blocksX() % size != 0) {
            throw new PtxError(program.name() + ": " + shape.blocksX() + " blocks are no whole clusters of " + size);
        }
        int sharedBytes = Math.max(16, program.sharedBytes() + shape.sharedBytes());
        Cluster cluster = new Cluster(this, program, size, shape.threads(), sharedBytes);
        int across = shape.blocksX() / size;
        long clusters = (long) across * shape.blocksY() * shape.blocksZ();
        for (long i = 0; i < clusters; i++) {
            long number = backwards ? clusters - 1 - i : i;
            long rows = number / across;
            cluster.run(
                    (int) (number % across) * size,
                    (int) (rows % shape.blocksY()),
                    (int) (rows / shape.blocksY()),
                    backwards);
        }
    }

    /** Tells a warp's lanes where in the grid they are. */
    void place(Warp warp, int x, int y, int z, int rank) {
        for (Map.Entry<String, Integer> register : program.constants().special().entrySet()) {
            int slot = register.getValue();
            switch (register.getKey()) {
                case "%ctaid.x" -> warp.set(slot, x);
                case "%ctaid.y" -> warp.set(slot, y);
                case "%ctaid.z" -> warp.set(slot, z);
                case "%cluster_ctarank" -> warp.set(slot, rank);
                case "%nctaid.x" -> warp.set(slot, shape.blocksX());
                case "%nctaid.y" -> warp.set(slot, shape.blocksY());
                case "%nctaid.z" -> warp.set(slot, shape.blocksZ());
                case "%ntid.x" -> warp.set(slot, shape.threadsX());
                case "%ntid.y" -> warp.set(slot, shape.threadsY());
                case "%ntid.z" -> warp.set(slot, shape.threadsZ());
                case "%warpid" -> warp.set(slot, warp.first / Lanes.COUNT);
                case "%tid.x", "%tid.y", "%tid.z", "%laneid" -> {
                    for (int lane = 0; lane < Lanes.COUNT; lane++) {
                        int thread = warp.first + lane;
                        int row = thread / shape.threadsX();
                        warp.registers[slot + lane] = switch (register.getKey()) {
                            case "%tid.x" -> thread % shape.threadsX();
                            case "%tid.y" -> row % shape.threadsY();
                            case "%tid.z" -> row / shape.threadsY();
                            default -> lane;
                        };
                    }
                }
                default -> throw new PtxError("the special register " + register.getKey());
            }
        }
    }
}
