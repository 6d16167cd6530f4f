package dev.tenon.cpu;

import dev.tenon.DType;
import dev.tenon.cpu.x86.MachineCode;
import dev.tenon.spi.HostReducer;
import org.jspecify.annotations.Nullable;

/** Sums and copies between ranks in machine code. */
public final class CpuReducer implements HostReducer {
    /** A call of machine code keeps the collector waiting: about 0.1 ms at the most. */
    private static final long PART = 1 << 20;

    private static final @Nullable MachineCode CODE =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty() ? null : MachineCode.get();

    @Override
    public boolean isAvailable() {
        return CODE != null;
    }

    @Override
    public void add(DType type, long a, long b, long out, long other, long bytes, boolean pastCaches) {
        MachineCode code = code();
        for (long at = 0; at < bytes; at += PART) {
            long lines = Math.min(PART, bytes - at) / LINE;
            code.sum(type, other != 0, pastCaches && other != 0 && other % LINE == 0)
                    .run(lines, a + at, b + at, out + at, other + at, 0, 0, 0);
        }
    }

    @Override
    public void copy(long from, long to, long bytes, boolean pastCaches) {
        MachineCode code = code();
        for (long at = 0; at < bytes; at += PART) {
            code.copy(pastCaches && to % LINE == 0)
                    .run(Math.min(PART, bytes - at) / LINE, from + at, 0, 0, to + at, 0, 0, 0);
        }
    }

    private static MachineCode code() {
        if (CODE == null) {
            throw new IllegalStateException("there is no machine code here");
        }
        return CODE;
    }
}
