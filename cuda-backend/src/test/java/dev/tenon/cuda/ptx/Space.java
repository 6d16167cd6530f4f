package dev.tenon.cuda.ptx;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** The spaces of memory. In generic addresses those that are not global have windows of their own. */
enum Space {
    GENERIC,
    GLOBAL,
    SHARED,
    LOCAL,
    PARAMETER;

    /** Where a module's own variables lie among global addresses. */
    static final long MODULE = 0x6000_0000_0000L;

    private static final long SHARED_WINDOW = 0x1000_0000_0000L;
    private static final long LOCAL_WINDOW = 0x2000_0000_0000L;
    private static final long PARAMETER_WINDOW = 0x3000_0000_0000L;
    private static final long WINDOW = 0x1000_0000L;

    static @Nullable Space of(String name) {
        return switch (name) {
            case "global" -> GLOBAL;
            case "shared", "shared::cta" -> SHARED;
            case "local" -> LOCAL;
            case "param" -> PARAMETER;
            default -> null;
        };
    }

    /** Where this space begins among generic addresses. */
    long window() {
        return switch (this) {
            case GENERIC, GLOBAL -> 0;
            case SHARED -> SHARED_WINDOW;
            case LOCAL -> LOCAL_WINDOW;
            case PARAMETER -> PARAMETER_WINDOW;
        };
    }

    private boolean has(long generic) {
        return generic >= window() && generic < window() + WINDOW;
    }

    /** The memory that a lane's address lies in, with so many bytes; an address within it is by {@link Region#start}. */
    Region region(Warp warp, int lane, long address, int bytes) {
        BlockOfThreads block = warp.block;
        Region region = switch (this) {
            case GLOBAL -> block.cluster.launch.global(address);
            case SHARED -> block.shared;
            case LOCAL -> block.local(warp.first + lane);
            case PARAMETER -> block.cluster.launch.parameters;
            case GENERIC -> generic(warp, lane, address, bytes);
        };
        if (region == null) {
            throw new Warp.LaneError(lane, "address 0x%x, where no memory is".formatted(address));
        }
        if ((address & bytes - 1) != 0) {
            throw new Warp.LaneError(lane, "address 0x%x, no multiple of %d".formatted(address, bytes));
        }
        if (!region.holds(address, bytes)) {
            MemorySegment content = region.content();
            throw new Warp.LaneError(
                    lane,
                    "%d bytes at 0x%x, outside of the %d bytes at 0x%x"
                            .formatted(bytes, address, content.byteSize(), region.start()));
        }
        return region;
    }

    private static @Nullable Region generic(Warp warp, int lane, long address, int bytes) {
        for (Space space : new Space[] {SHARED, LOCAL, PARAMETER}) {
            if (space.has(address)) {
                Region region = space.region(warp, lane, address - space.window(), bytes);
                return new Region(region.start() + space.window(), region.content());
            }
        }
        return warp.block.cluster.launch.global(address);
    }
}
