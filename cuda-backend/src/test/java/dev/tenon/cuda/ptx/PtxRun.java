package dev.tenon.cuda.ptx;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs a few lines of PTX over one allocation, whose address is the kernel's only parameter, in {@code %rd0}. */
final class PtxRun implements GlobalMemory {
    static final long ADDRESS = 0x7000_0000_0000L;

    final MemorySegment memory;

    PtxRun(int bytes) {
        memory = Arena.ofAuto().allocate(bytes, 64);
    }

    /** An allocation of words. */
    static PtxRun of(int... words) {
        PtxRun run = new PtxRun(4 * words.length);
        run.memory.copyFrom(MemorySegment.ofArray(words));
        return run;
    }

    @Override
    public @Nullable Region at(long address) {
        long offset = address - ADDRESS;
        return offset >= 0 && offset < memory.byteSize() ? new Region(ADDRESS, memory) : null;
    }

    @Override
    public TensorBox tensorMap(byte[] map) {
        throw new PtxError("no tensor map");
    }

    /** Runs a kernel's body with registers {@code %r}, {@code %rd}, {@code %rs}, {@code %f} and {@code %p}; {@code %r0} is the thread. */
    PtxRun run(int threads, String body) {
        return run(threads, "", body);
    }

    PtxRun run(int threads, String before, String body) {
        return run(new LaunchShape(1, 1, 1, threads, 1, 1, 0), before, "", body);
    }

    /** As one cluster of blocks of a warp; {@code %r1} is the block's rank. */
    PtxRun runCluster(int blocks, String body) {
        return run(
                new LaunchShape(blocks, 1, 1, Lanes.COUNT, 1, 1, 0),
                "",
                ".explicitcluster\n.reqnctapercluster " + blocks + ", 1, 1",
                "mov.u32 %r1, %cluster_ctarank;\n" + body);
    }

    private PtxRun run(LaunchShape shape, String before, String directives, String body) {
        String text = """
                .version 8.0
                .target sm_80
                .address_size 64
                %s
                .visible .entry k(
                .param .u64 k_param_0
                )
                %s
                {
                .reg .pred %%p<9>;
                .reg .b16 %%rs<40>;
                .reg .b32 %%r<40>;
                .reg .f32 %%f<40>;
                .reg .b64 %%rd<40>;
                ld.param.u64 %%rd0, [k_param_0];
                mov.u32 %%r0, %%tid.x;
                %s
                ret;
                }
                """.formatted(before, directives, body);
        byte[] address = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(ADDRESS)
                .array();
        PtxModule.read(text).run("k", shape, List.of(address), this, false);
        return this;
    }

    int[] words() {
        return memory.toArray(ValueLayout.JAVA_INT);
    }
}
