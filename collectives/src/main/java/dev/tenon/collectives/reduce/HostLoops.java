package dev.tenon.collectives.reduce;

import dev.tenon.DType;
import dev.tenon.collectives.Memory;
import dev.tenon.spi.HostReducer;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** Copies and sums in machine code where a backend has it. */
public final class HostLoops {
    private static final int LINE = HostReducer.LINE;

    private static final @Nullable HostReducer CODE = ServiceLoader.load(HostReducer.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(HostReducer::isAvailable)
            .findFirst()
            .orElse(null);

    private HostLoops() {}

    /** @param pastCaches to write to memory and not to this core's caches, where that is possible */
    public static void copy(long from, long to, long bytes, boolean pastCaches) {
        long lines = CODE == null ? 0 : bytes / LINE * LINE;
        if (lines > 0 && CODE != null) {
            CODE.copy(from, to, lines, pastCaches);
        }
        if (lines < bytes) {
            Memory.copy(from + lines, to + lines, bytes - lines);
        }
    }

    /**
     * Sums of two arrays, of as many bytes as make whole lines.
     *
     * @param other where the sums go, too; 0: nowhere
     * @return how many bytes of each that was
     */
    static long add(DType type, long a, long b, long out, long other, long bytes, boolean pastCaches) {
        long lines = bytes / LINE * LINE;
        if (CODE == null || lines == 0) {
            return 0;
        }
        return switch (type) {
            case F32, I32, I64 -> {
                CODE.add(type, a, b, out, other, lines, pastCaches);
                yield lines;
            }
            case F64, BF16, F16, I16, I8, U8, BOOL, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> 0;
        };
    }
}
