package dev.tenon.cpu.x86;

import dev.tenon.DType;
import dev.tenon.cpu.CpuInfo;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/**
 * The machine-code kernels of this process, each assembled when it is first asked for. They need no warm-up: what the Vector
 * API reaches only after a compiler has seen it run for seconds, they do at the first call.
 *
 * <p>They serve on x86-64 with AVX2 or AVX-512, at the width that the Vector API prefers there, so that both tiers share their
 * packed layouts, and under the System V calling convention. {@code -Dtenon.cpu.kernels=vector} leaves them out.
 */
public final class MachineCode {
    private static final Set<String> AVX2 = Set.of("avx2", "fma", "f16c");
    private static final Set<String> AVX512 = Set.of("avx512f", "avx512bw", "avx512vl", "avx512dq", "f16c");

    /** Kernels of one type: the decoder, then one for each number of rows, then its sums. */
    private static final int PLACES = 1 + 8 + 3;

    private static final int SUMS = PLACES - 3;

    /** Kernels that are of no type. */
    private static final int TILE = DType.values().length * PLACES;

    private static final int NARROW = TILE + 1;
    private static final int COPY = TILE + 2;

    // After the constants above, which it needs.
    private static final @Nullable MachineCode INSTANCE;
    private static final String DESCRIPTION;

    static {
        Isa isa = switch (FloatVector.SPECIES_PREFERRED.length()) {
            case 8 -> Isa.AVX2;
            case 16 -> Isa.AVX512;
            default -> null;
        };
        String reason = whyNot(isa);
        INSTANCE = isa == null || reason != null ? null : new MachineCode(isa);
        DESCRIPTION = reason == null ? "machine code (" + isa + ") and Vector API" : "Vector API (" + reason + ")";
    }

    private final Isa isa;
    private final long halves;
    private final AtomicReferenceArray<@Nullable Kernel> kernels = new AtomicReferenceArray<>(COPY + 2);

    private MachineCode(Isa isa) {
        this.isa = isa;
        this.halves = HalfTable.make(isa);
    }

    /** The kernels, or null where this process cannot run them. */
    public static @Nullable MachineCode get() {
        return INSTANCE;
    }

    /** Which kernels run here, and why not others. */
    public static String description() {
        return DESCRIPTION;
    }

    private static @Nullable String whyNot(@Nullable Isa isa) {
        if (System.getProperty("tenon.cpu.kernels", "").equals("vector")) {
            return "machine code is turned off";
        }
        if (!Set.of("amd64", "x86_64").contains(System.getProperty("os.arch", ""))) {
            return "machine code is for x86-64";
        }
        if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).equals("linux")) {
            return "machine code is for Linux";
        }
        if (!MachineCode.class.getModule().isNativeAccessEnabled()) {
            return "machine code needs --enable-native-access";
        }
        Set<String> wanted = isa == Isa.AVX512 ? AVX512 : AVX2;
        if (isa == null || !CpuInfo.instructions().containsAll(wanted)) {
            return "machine code needs AVX2 or AVX-512";
        }
        return CodeNative.install(new byte[] {(byte) 0xc3}).isEmpty() ? "the system refuses executable memory" : null;
    }

    /**
     * The register tile of the matrix product.
     *
     * <p>Arguments: k, first panel of A, panel of B, from, bytes from row to row, to, bytes from row to row, panels of A, bytes
     * from panel to panel. Tiles lie below each other.
     *
     * @param rows of the tile
     * @param vectors of a row
     */
    public Kernel tile(int rows, int vectors) {
        return install(TILE, TileKernel.assemble(isa, rows, vectors));
    }

    /**
     * Products of weight lines with rows of F32: {@code out[row][line] += line . row}.
     *
     * <p>Arguments: blocks of a line (see {@link #blockElements}), the first line, bytes from line to line, the first row,
     * bytes from row to row, out, bytes from row to row of out, lines.
     *
     * @param rows 1 to {@link #mostRows}
     * @return nothing for a type that is not one of weights
     */
    public Optional<Kernel> lineProducts(DType type, int rows) {
        int place = type.ordinal() * PLACES + rows;
        return kernel(place, type, format -> LineProductKernel.assemble(isa, format, rows, halves));
    }

    /**
     * A line of weights to F32.
     *
     * <p>Arguments: blocks (see {@link #blockElements}), from, to.
     *
     * @return nothing for a type that is not one of weights
     */
    public Optional<Kernel> lineDecode(DType type) {
        int place = type.ordinal() * PLACES;
        return kernel(place, type, format -> LineDecodeKernel.assemble(isa, format, halves));
    }

    /**
     * Widens F16 or BF16 to F32, as many of {@code count} elements as make whole vectors.
     *
     * @return how many elements that was; 0 where there is no machine code
     */
    public static int widen(DType type, long from, int count, long to) {
        MachineCode code = INSTANCE;
        int vectors = code == null ? 0 : count / code.isa.lanes();
        if (code == null || vectors == 0) {
            return 0;
        }
        code.lineDecode(type).orElseThrow().run(vectors, from, to, 0, 0, 0, 0, 0);
        return vectors * code.isa.lanes();
    }

    /**
     * Rounds F32 to F16, as many of {@code count} elements as make whole vectors.
     *
     * @return how many elements that was; 0 where there is no machine code
     */
    public static int narrowToF16(long from, int count, long to) {
        MachineCode code = INSTANCE;
        int vectors = code == null ? 0 : count / code.isa.lanes();
        if (code == null || vectors == 0) {
            return 0;
        }
        Kernel kernel = code.kernels.get(NARROW);
        if (kernel == null) {
            kernel = code.install(NARROW, HalfEncodeKernel.assemble(code.isa));
        }
        kernel.run(vectors, from, to, 0, 0, 0, 0, 0);
        return vectors * code.isa.lanes();
    }

    /**
     * Sums of two arrays.
     *
     * <p>Arguments: lines of 64 bytes (one at least), a, b, out, other.
     *
     * @param type F32, I32 or I64
     * @param twice whether {@code other} gets the sums, too
     * @param pastCaches whether it gets them past the caches; then it is aligned to 64 bytes
     */
    public Kernel sum(DType type, boolean twice, boolean pastCaches) {
        int place = type.ordinal() * PLACES + SUMS + (pastCaches ? 2 : twice ? 1 : 0);
        Kernel kernel = kernels.get(place);
        return kernel != null ? kernel : install(place, ExchangeKernel.assemble(isa, type, twice, pastCaches));
    }

    /**
     * A copy.
     *
     * <p>Arguments: lines of 64 bytes (one at least), from, 0, 0, to.
     *
     * @param pastCaches whether it is written past the caches; then {@code to} is aligned to 64 bytes
     */
    public Kernel copy(boolean pastCaches) {
        int place = COPY + (pastCaches ? 1 : 0);
        Kernel kernel = kernels.get(place);
        return kernel != null ? kernel : install(place, ExchangeKernel.assemble(isa, null, true, pastCaches));
    }

    /** Rows that a kernel of {@link #lineProducts} multiplies at the most. */
    public int mostRows() {
        return LineProductKernel.mostRows(isa);
    }

    /** Elements that the kernels for lines of {@code type} take as one block. */
    public int blockElements(DType type) {
        return WeightFormat.of(type)
                .orElseThrow(() -> new IllegalArgumentException(type + " is not a type of weights"))
                .elements(isa);
    }

    private Optional<Kernel> kernel(int place, DType type, Function<WeightFormat, byte[]> assemble) {
        Kernel kernel = kernels.get(place);
        if (kernel != null) {
            return Optional.of(kernel);
        }
        return WeightFormat.of(type).map(format -> install(place, assemble.apply(format)));
    }

    /** Two threads may both come here for one kernel; either's does. */
    private Kernel install(int place, byte[] code) {
        MemorySegment memory = CodeNative.install(code).orElseThrow(CodeNative::refused);
        Kernel kernel = new Kernel(memory);
        kernels.set(place, kernel);
        return kernel;
    }
}
