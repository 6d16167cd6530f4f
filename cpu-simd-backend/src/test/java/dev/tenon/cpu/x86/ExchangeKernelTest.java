package dev.tenon.cpu.x86;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.DType;
import dev.tenon.cpu.CpuInfo;
import dev.tenon.cpu.CpuReducer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sums and copies between ranks, against sums in Java, with sentinels around every output. */
class ExchangeKernelTest {
    private static final int GUARD = 64;
    private static final byte SENTINEL = 0x5a;

    private final long seed = Long.getLong("tenon.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @ParameterizedTest(name = "{0}, {1}, other {2}, past caches {3}")
    @CsvSource({
        "AVX2, F32, false, false", "AVX2, F32, true, false", "AVX2, F32, true, true",
        "AVX2, I32, false, false", "AVX2, I32, true, false", "AVX2, I32, true, true",
        "AVX2, I64, false, false", "AVX2, I64, true, false", "AVX2, I64, true, true",
        "AVX512, F32, false, false", "AVX512, F32, true, false", "AVX512, F32, true, true",
        "AVX512, I32, false, false", "AVX512, I32, true, false", "AVX512, I32, true, true",
        "AVX512, I64, false, false", "AVX512, I64, true, false", "AVX512, I64, true, true"
    })
    void addsAsJavaDoes(Isa isa, DType type, boolean twice, boolean pastCaches) {
        assumeHas(isa);
        Kernel kernel = install(ExchangeKernel.assemble(isa, type, twice, pastCaches));
        for (int lines : new int[] {1, 2, 3, 17}) {
            try (Arena arena = Arena.ofConfined()) {
                int bytes = lines * 64;
                // Inputs, and the first output, may lie anywhere.
                MemorySegment a = filled(arena, bytes, 4, type);
                MemorySegment b = filled(arena, bytes, 12, type);
                MemorySegment out = guarded(arena, bytes, 20);
                MemorySegment other = guarded(arena, bytes, 0);
                kernel.run(lines, a.address(), b.address(), inner(out, 20), inner(other, 0), 0, 0, 0);
                MemorySegment expected = sum(type, a, b, bytes);
                require(expected, out, 20);
                require(twice ? expected : untouched(bytes), other, 0);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Isa.class)
    void copies(Isa isa) {
        assumeHas(isa);
        Kernel kernel = install(ExchangeKernel.assemble(isa, null, true, true));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = filled(arena, 640, 4, DType.I32);
            MemorySegment to = guarded(arena, 640, 0);
            kernel.run(10, from.address(), 0, 0, inner(to, 0), 0, 0, 0);
            require(from, to, 0);
        }
    }

    /** More than a part, in place, to an aligned and an unaligned second output. */
    @ParameterizedTest
    @ValueSource(ints = {0, 4})
    void theReducerGoesThroughAllOfALargeArray(int offset) {
        CpuReducer reducer = new CpuReducer();
        assumeTrue(reducer.isAvailable(), MachineCode.description());
        try (Arena arena = Arena.ofConfined()) {
            int bytes = (1 << 20) + 64;
            MemorySegment a = filled(arena, bytes, 4, DType.F32);
            MemorySegment b = filled(arena, bytes, 8, DType.F32);
            MemorySegment expected = sum(DType.F32, a, b, bytes);
            MemorySegment other = guarded(arena, bytes, offset);
            reducer.add(DType.F32, a.address(), b.address(), a.address(), inner(other, offset), bytes, true);
            assertEquals(-1, expected.mismatch(a), "seed " + seed);
            require(expected, other, offset);
            MemorySegment copy = guarded(arena, bytes, 0);
            reducer.copy(a.address(), inner(copy, 0), bytes, true);
            require(expected, copy, 0);
        }
    }

    private static void assumeHas(Isa isa) {
        Set<String> wanted = isa == Isa.AVX2 ? Set.of("avx2") : Set.of("avx512f", "avx512bw", "avx512vl", "avx512dq");
        assumeTrue(CpuInfo.instructions().containsAll(wanted), isa + " is not on this processor");
    }

    private static Kernel install(byte[] code) {
        return new Kernel(CodeNative.install(code).orElseThrow());
    }

    private MemorySegment filled(Arena arena, int bytes, int offset, DType type) {
        MemorySegment segment = arena.allocate(bytes + offset, 64).asSlice(offset, bytes);
        for (int i = 0; i < bytes; i += 4) {
            if (type == DType.F32) {
                segment.set(ValueLayout.JAVA_FLOAT_UNALIGNED, i, random.nextFloat() - 0.5f);
            } else {
                segment.set(ValueLayout.JAVA_INT_UNALIGNED, i, random.nextInt());
            }
        }
        return segment;
    }

    private static MemorySegment guarded(Arena arena, int bytes, int offset) {
        return arena.allocate(bytes + 2 * GUARD + offset, 64).fill(SENTINEL);
    }

    private static long inner(MemorySegment guarded, int offset) {
        return guarded.address() + GUARD + offset;
    }

    private static MemorySegment untouched(int bytes) {
        return MemorySegment.ofArray(new byte[bytes]).fill(SENTINEL);
    }

    private static MemorySegment sum(DType type, MemorySegment a, MemorySegment b, int bytes) {
        MemorySegment sum = MemorySegment.ofArray(new byte[bytes]);
        for (int i = 0; i < bytes; i += type.blockBytes()) {
            switch (type) {
                case F32 ->
                    sum.set(
                            ValueLayout.JAVA_FLOAT_UNALIGNED,
                            i,
                            a.get(ValueLayout.JAVA_FLOAT_UNALIGNED, i) + b.get(ValueLayout.JAVA_FLOAT_UNALIGNED, i));
                case I32 ->
                    sum.set(
                            ValueLayout.JAVA_INT_UNALIGNED,
                            i,
                            a.get(ValueLayout.JAVA_INT_UNALIGNED, i) + b.get(ValueLayout.JAVA_INT_UNALIGNED, i));
                default ->
                    sum.set(
                            ValueLayout.JAVA_LONG_UNALIGNED,
                            i,
                            a.get(ValueLayout.JAVA_LONG_UNALIGNED, i) + b.get(ValueLayout.JAVA_LONG_UNALIGNED, i));
            }
        }
        return sum;
    }

    private void require(MemorySegment expected, MemorySegment guarded, int offset) {
        long from = GUARD + offset;
        long to = from + expected.byteSize();
        assertEquals(-1, expected.mismatch(guarded.asSlice(from, expected.byteSize())), "seed " + seed);
        for (long i = 0; i < guarded.byteSize(); i++) {
            if (i < from || i >= to) {
                assertEquals(SENTINEL, guarded.get(ValueLayout.JAVA_BYTE, i), "sentinel at " + (i - from));
            }
        }
    }
}
