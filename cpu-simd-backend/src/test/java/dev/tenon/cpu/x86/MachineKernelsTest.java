package dev.tenon.cpu.x86;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.DType;
import dev.tenon.cpu.CpuInfo;
import dev.tenon.cpu.quant.Blocks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The machine-code kernels of each instruction set that this processor has, against plain loops and the other tier. */
class MachineKernelsTest {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final float SENTINEL = 12345.678f;

    /** Panels of A that a tile kernel is given at once. */
    private static final int PANELS = 3;

    private static final List<DType> TYPES = List.of(
            DType.F32,
            DType.F16,
            DType.BF16,
            DType.Q8_0,
            DType.Q4_0,
            DType.Q4_1,
            DType.Q5_0,
            DType.Q5_1,
            DType.Q4_K,
            DType.Q5_K,
            DType.Q6_K);

    private static List<Isa> sets = List.of();

    private final long seed = Long.getLong("tenon.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @BeforeAll
    static void findInstructionSets() {
        Set<String> has = CpuInfo.instructions();
        sets = Stream.of(Isa.values())
                .filter(isa -> has.containsAll(Set.of("avx2", "fma", "f16c")))
                .filter(isa ->
                        isa == Isa.AVX2 || has.containsAll(Set.of("avx512f", "avx512bw", "avx512vl", "avx512dq")))
                .toList();
    }

    private static Kernel install(byte[] code) {
        return new Kernel(CodeNative.install(code).orElseThrow());
    }

    @ParameterizedTest
    @MethodSource("tiles")
    void tileIsOneChainOfMultiplyAdds(Isa isa, int rows, int vectors, int k) {
        assumeTrue(sets.contains(isa), "no " + isa);
        Kernel kernel = install(TileKernel.assemble(isa, rows, vectors));
        int columns = vectors * isa.lanes();
        int stride = columns + 5;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment a = floats(arena, PANELS * (k * rows + 16));
            MemorySegment b = floats(arena, k * columns);
            MemorySegment c = floats(arena, PANELS * rows * stride);
            MemorySegment out = arena.allocate(PANELS * rows * stride * 4L, 64);
            fill(out, SENTINEL);
            kernel.run(
                    k,
                    a.address(),
                    b.address(),
                    c.address(),
                    stride * 4L,
                    out.address(),
                    stride * 4L,
                    PANELS,
                    k * rows * 4L + 64);
            for (int r = 0; r < PANELS * rows; r++) {
                int panel = r / rows * (k * rows + 16);
                for (int j = 0; j < stride; j++) {
                    float expected = j < columns ? get(c, r * stride + j) : SENTINEL;
                    for (int p = 0; j < columns && p < k; p++) {
                        expected = Math.fma(get(a, panel + p * rows + r % rows), get(b, p * columns + j), expected);
                    }
                    assertEquals(expected, get(out, r * stride + j), "row " + r + " column " + j + " seed " + seed);
                }
            }
        }
    }

    static Stream<Arguments> tiles() {
        return Stream.of(Arguments.of(Isa.AVX512, 8, 2), Arguments.of(Isa.AVX2, 6, 2))
                .flatMap(shape -> Stream.of(0, 1, 2, 7, 64, 257)
                        .map(k -> Arguments.of(shape.get()[0], shape.get()[1], shape.get()[2], k)));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void decodesTheVeryValuesOfTheOtherTier(Isa isa, DType type) {
        assumeTrue(sets.contains(isa), "no " + isa);
        WeightFormat format = WeightFormat.of(type).orElseThrow();
        Kernel kernel = install(LineDecodeKernel.assemble(isa, format, HalfTable.make(isa)));
        for (int blocks : new int[] {1, 2, 5}) {
            int n = blocks * format.elements(isa);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment weights = weights(arena, type, n);
                MemorySegment out = arena.allocate(n * 4L + 64, 64);
                fill(out, SENTINEL);
                kernel.run(blocks, weights.address(), out.address(), 0, 0, 0, 0, 0);
                float[] expected = decode(type, weights, n);
                for (int i = 0; i < n; i++) {
                    int element = i;
                    // A zero may have either sign.
                    assertTrue(
                            expected[i] == get(out, i),
                            () -> "element " + element + ": " + expected[element] + " seed " + seed);
                }
                for (int i = n; i < n + 16; i++) {
                    assertEquals(SENTINEL, get(out, i), "past the end, seed " + seed);
                }
            }
        }
    }

    static Stream<Arguments> formats() {
        return Stream.of(Isa.values()).flatMap(isa -> TYPES.stream().map(type -> Arguments.of(isa, type)));
    }

    @ParameterizedTest
    @EnumSource
    void roundsToF16AsTheJdkDoes(Isa isa) {
        assumeTrue(sets.contains(isa), "no " + isa);
        Kernel kernel = install(HalfEncodeKernel.assemble(isa));
        float[] corners = {
            0,
            -0f,
            1,
            65504,
            65519.996f,
            65520,
            -70000,
            0x1p-24f,
            0x1p-25f,
            0x1.8p-25f,
            0x1p-14f,
            0x1.ffcp-15f,
            1e-40f,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.NaN
        };
        int n = 8 * isa.lanes();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment in = arena.allocate(n * 4L, 64);
            MemorySegment out = arena.allocate(n * 2L + 4, 64);
            out.set(FLOAT, n * 2L, SENTINEL);
            for (int i = 0; i < n; i++) {
                float value = i < corners.length
                        ? corners[i]
                        : (float) Math.scalb(random.nextGaussian(), random.nextInt(-26, 18));
                in.set(FLOAT, i * 4L, value);
            }
            kernel.run(n / isa.lanes(), in.address(), out.address(), 0, 0, 0, 0, 0);
            for (int i = 0; i < n; i++) {
                float expected = Float.float16ToFloat(Float.floatToFloat16(get(in, i)));
                float rounded = Float.float16ToFloat(out.get(ValueLayout.JAVA_SHORT_UNALIGNED, i * 2L));
                assertEquals(expected, rounded, get(in, i) + " seed " + seed);
            }
            assertEquals(SENTINEL, out.get(FLOAT, n * 2L), "past the end");
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void multipliesLinesWithRows(Isa isa, DType type) {
        assumeTrue(sets.contains(isa), "no " + isa);
        WeightFormat format = WeightFormat.of(type).orElseThrow();
        int blocks = 3;
        int lines = 11;
        int k = blocks * format.elements(isa);
        int rowStride = k + 3;
        int outStride = lines + 2;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment weights = weights(arena, type, lines * k);
            long lineBytes = type.bytes(k);
            MemorySegment x = floats(arena, 8 * rowStride);
            long halves = HalfTable.make(isa);
            int most = LineProductKernel.mostRows(isa);
            float[] one = new float[most * lines];
            for (int rows = 1; rows <= most; rows++) {
                Kernel kernel = install(LineProductKernel.assemble(isa, format, rows, halves));
                MemorySegment out = arena.allocate(rows * outStride * 4L, 64);
                fill(out, 0.5f);
                kernel.run(
                        blocks,
                        weights.address(),
                        lineBytes,
                        x.address(),
                        rowStride * 4L,
                        out.address(),
                        outStride * 4L,
                        lines);
                for (int r = 0; r < rows; r++) {
                    for (int line = 0; line < outStride; line++) {
                        float value = get(out, r * outStride + line);
                        String place = rows + " rows, row " + r + " line " + line + " seed " + seed;
                        if (line >= lines) {
                            assertEquals(0.5f, value, place);
                            continue;
                        }
                        check(type, weights.asSlice(line * lineBytes), x, r * rowStride, k, value - 0.5, place);
                        if (rows == r + 1) {
                            one[r * lines + line] = value;
                        }
                        assertEquals(one[r * lines + line], value, "the same bits beside other rows: " + place);
                    }
                }
            }
        }
    }

    private static void check(
            DType type, MemorySegment line, MemorySegment x, int row, int k, double value, String place) {
        float[] w = decode(type, line, k);
        double sum = 0;
        double magnitude = 0.5;
        for (int i = 0; i < k; i++) {
            double product = (double) w[i] * get(x, row + i);
            sum += product;
            magnitude += Math.abs(product);
        }
        assertTrue(Math.abs(sum - value) <= 1e-6 * magnitude, place + ": " + value + " instead of " + sum);
    }

    private static float[] decode(DType type, MemorySegment weights, int n) {
        float[] values = new float[n];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(n * 4L, 64);
            switch (type) {
                case F32 -> MemorySegment.copy(weights, 0, out, 0, n * 4L);
                case F16 -> {
                    for (int i = 0; i < n; i++) {
                        short bits = weights.get(ValueLayout.JAVA_SHORT_UNALIGNED, i * 2L);
                        out.set(FLOAT, i * 4L, Float.float16ToFloat(bits));
                    }
                }
                case BF16 -> {
                    for (int i = 0; i < n; i++) {
                        short bits = weights.get(ValueLayout.JAVA_SHORT_UNALIGNED, i * 2L);
                        out.set(FLOAT, i * 4L, Float.intBitsToFloat(bits << 16));
                    }
                }
                default -> Blocks.decodeWithVectors(type, weights.address(), out.address(), n / type.blockSize());
            }
            for (int i = 0; i < n; i++) {
                values[i] = get(out, i);
            }
        }
        return values;
    }

    /** Blocks that an encoder made of random values, so that their scales are what scales are. */
    private MemorySegment weights(Arena arena, DType type, int n) {
        MemorySegment values = floats(arena, n);
        MemorySegment weights = arena.allocate(type.bytes(n), 64);
        switch (type) {
            case F32 -> weights.copyFrom(values);
            case F16 -> {
                for (int i = 0; i < n; i++) {
                    weights.set(ValueLayout.JAVA_SHORT_UNALIGNED, i * 2L, Float.floatToFloat16(get(values, i)));
                }
            }
            case BF16 -> {
                for (int i = 0; i < n; i++) {
                    int bits = Float.floatToRawIntBits(get(values, i));
                    weights.set(ValueLayout.JAVA_SHORT_UNALIGNED, i * 2L, (short) (bits >>> 16));
                }
            }
            default -> Blocks.quantize(DType.F32, values.address(), 4, type, weights.address(), n);
        }
        return weights;
    }

    private MemorySegment floats(Arena arena, int n) {
        MemorySegment segment = arena.allocate(Math.max(1, n) * 4L, 64);
        for (int i = 0; i < n; i++) {
            segment.set(FLOAT, i * 4L, random.nextFloat() * 2 - 1);
        }
        return segment;
    }

    private static void fill(MemorySegment segment, float value) {
        for (long i = 0; i < segment.byteSize(); i += 4) {
            segment.set(FLOAT, i, value);
        }
    }

    private static float get(MemorySegment segment, long i) {
        return segment.get(FLOAT, i * 4);
    }
}
