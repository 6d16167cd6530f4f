package dev.tenon.collectives;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenon.DType;
import dev.tenon.collectives.reduce.Reduction;
import dev.tenon.op.ReduceKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reductions of some arrays to one or more outputs, wherever these lie, with sentinels around each. */
class ReductionTest {
    private static final int GUARD = 64;
    private static final byte SENTINEL = 0x5a;
    private static final long[] SIZES = {0, 1, 15, 16, 33, 1024, 5003};

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16", "F16", "I32", "I64"})
    void everyOutputGetsTheSameBits(DType type) {
        for (ReduceKind kind : List.of(ReduceKind.SUM, ReduceKind.MEAN, ReduceKind.MAX, ReduceKind.MIN)) {
            if (kind == ReduceKind.MEAN && !type.isFloat()) {
                continue;
            }
            for (int sources = 1; sources <= 3; sources++) {
                for (int outs = 1; outs <= 3; outs++) {
                    for (long elements : SIZES) {
                        check(kind, type, sources, outs, elements, false);
                        check(kind, type, sources, outs, elements, true);
                    }
                }
            }
        }
    }

    /** The first output is the first source; others are aligned to lines, but the last. */
    private static void check(ReduceKind kind, DType type, int sources, int outs, long elements, boolean pastCaches) {
        String where = kind + " " + type + ", " + sources + " sources, " + outs + " outputs, " + elements + " elements";
        try (Arena arena = Arena.ofConfined()) {
            List<MemorySegment> values = new ArrayList<>();
            long[] from = new long[sources];
            List<MemorySegment> blocks = new ArrayList<>();
            long bytes = type.bytes(elements);
            for (int i = 0; i < sources; i++) {
                values.add(Values.random(type, i, elements, elements));
                MemorySegment block = guarded(arena, bytes);
                MemorySegment.copy(values.get(i), 0, block, GUARD, bytes);
                from[i] = block.address() + GUARD;
                if (i == 0) {
                    blocks.add(block);
                }
            }
            long[] to = new long[outs];
            to[0] = from[0];
            for (int i = 1; i < outs; i++) {
                int offset = i == 2 ? type.blockBytes() : 0;
                MemorySegment block = guarded(arena, bytes + offset).asSlice(offset);
                blocks.add(block);
                to[i] = block.address() + GUARD;
            }
            Reduction.of(kind, type).combine(from, to, bytes, pastCaches);
            MemorySegment expected = Values.reduce(kind, type, values);
            for (MemorySegment block : blocks) {
                Values.requireSame(type, expected, block.asSlice(GUARD, bytes), where);
                for (long i = 0; i < GUARD; i++) {
                    assertEquals(SENTINEL, block.get(ValueLayout.JAVA_BYTE, i), where);
                    assertEquals(SENTINEL, block.get(ValueLayout.JAVA_BYTE, GUARD + bytes + i), where);
                }
            }
        }
    }

    private static MemorySegment guarded(Arena arena, long bytes) {
        return arena.allocate(bytes + 2 * GUARD, 64).fill(SENTINEL);
    }
}
