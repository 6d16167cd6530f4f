package dev.tenon.cpu.gemm;

import dev.tenon.cpu.x86.Kernel;
import dev.tenon.cpu.x86.MachineCode;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * The register tile: a block of C kept in vector registers while one packed panel of A and one of B run past it.
 *
 * <p>Every element of C is one chain of fused multiply-adds over k in ascending order, whatever the blocking and
 * wherever the element lies: a row's bits depend neither on the other rows nor on the number of threads.
 *
 * <p>What keeps the tile loops at the processor's multiply-add rate under C2 (JDK 25), each found by reading its code:
 *
 * <ul>
 *   <li>accumulators are local variables: an array of vectors is an array of boxes;
 *   <li>addresses are masked (see {@link dev.tenon.cpu.OffHeap}), or each access drags a bounds check along;
 *   <li>the loop ends in {@code loadLoadFence}, no instruction on x86, which keeps C2 from unrolling it and hoisting the
 *       loads of four steps above the arithmetic of the first, which spills accumulators: 100 GFLOP/s against 41 a core;
 *   <li>no helper methods: past 18,000 nodes C2 inlines only methods marked {@code @ForceInline}, as the JDK's are and
 *       ours cannot be, and a vector that crosses a call is boxed.
 * </ul>
 */
public final class Tiles {
    public static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    public static final int LANES = SPECIES.length();
    public static final int VECTOR_BYTES = LANES * Float.BYTES;

    /** 256-bit vectors mean AVX2 and its 16 registers; 512 bits (AVX-512) and 128 (NEON) come with 32. */
    private static final boolean FEW_REGISTERS = LANES == 8;

    /** Rows of a tile: the width of a packed panel of A. */
    public static final int ROWS = FEW_REGISTERS ? 6 : 8;

    /**
     * Vectors of a tile's row. With 32 registers three would fit, and bring nothing: where a step's 16 multiply-adds take at
     * least as long as its 10 loads, the multiply-add units are busy already (0.96 to 1.04 of OpenBLAS with two, 0.94 to 1.01
     * with three). And 24 sums make the Vector API's tile too long for C1 (JDK 25 gives up, "out of virtual registers"), after
     * which HotSpot may never come to compile it with C2: 2.5 instead of 199 GFLOP/s.
     */
    static final int VECTORS = 2;

    /** Columns of a tile: the width of a packed panel of B. */
    public static final int COLUMNS = VECTORS * LANES;

    /** The tile in machine code, or null where only the Vector API's runs. */
    private static final @Nullable Kernel MACHINE = machine();

    private Tiles() {}

    private static @Nullable Kernel machine() {
        MachineCode code = MachineCode.get();
        return code == null ? null : code.tile(ROWS, VECTORS);
    }

    /**
     * {@code to = from + A B} for one tile of {@link #ROWS} by {@link #COLUMNS}.
     *
     * @param k steps
     * @param a packed panel of A: k times ROWS floats
     * @param b packed panel of B: k times COLUMNS floats
     * @param from where the accumulators start: C itself, or zeros with a stride of 0
     * @param fromStride bytes from row to row
     * @param to where the result goes
     * @param toStride bytes from row to row
     */
    public static void run(int k, long a, long b, long from, long fromStride, long to, long toStride) {
        if (MACHINE != null) {
            MACHINE.run(k, a, b, from, fromStride, to, toStride, 1, 0);
        } else if (FEW_REGISTERS) {
            Tile6x2.run(k, a, b, from, fromStride, to, toStride);
        } else {
            Tile8x2.run(k, a, b, from, fromStride, to, toStride);
        }
    }

    /**
     * {@link #run} for tiles below each other, one for each of {@code panels} panels of A.
     *
     * @param panelBytes bytes from a panel of A to the next
     */
    static void runDown(
            int panels, long panelBytes, int k, long a, long b, long from, long fromStride, long to, long toStride) {
        if (MACHINE != null) {
            MACHINE.run(k, a, b, from, fromStride, to, toStride, panels, panelBytes);
            return;
        }
        for (int i = 0; i < panels; i++) {
            run(k, a + i * panelBytes, b, from + i * ROWS * fromStride, fromStride, to + i * ROWS * toStride, toStride);
        }
    }
}
