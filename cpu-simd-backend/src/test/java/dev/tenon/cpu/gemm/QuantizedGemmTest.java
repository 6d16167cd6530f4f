package dev.tenon.cpu.gemm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenon.DType;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.quant.Blocks;
import dev.tenon.cpu.thread.ThreadTeam;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Products with quantized weights are those of the decoded weights: activations stay as they are. */
class QuantizedGemmTest {
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K"})
    void isTheProductOfTheDecodedWeights(DType type) {
        int blockSize = type.blockSize();
        try (ThreadTeam team = ThreadTeam.open(2);
                Arena arena = Arena.ofShared()) {
            for (int n : new int[] {1, 13, 37}) {
                for (int k : new int[] {blockSize, 768, 2304}) {
                    SplittableRandom random = new SplittableRandom(n * 31L + k);
                    long wide = arena.allocate((long) n * k * 4, 64).address();
                    long lineBytes = type.bytes(k);
                    long weights = arena.allocate(n * lineBytes, 64).address();
                    for (int i = 0; i < n * k; i++) {
                        OffHeap.setFloat(wide + i * 4L, (float) random.nextDouble(-1, 1.5));
                    }
                    for (int i = 0; i < n * k; i += blockSize) {
                        Blocks.encode(type, wide + i * 4L, weights + type.bytes(i));
                    }
                    for (int j = 0; j < n; j++) {
                        Blocks.decode(type, weights + j * lineBytes, wide + (long) j * k * 4, k);
                    }
                    for (int m : new int[] {1, 3, 8, 20}) {
                        check(type, m, n, k, weights, wide, random, team, arena);
                    }
                }
            }
        }
    }

    private static void check(
            DType type,
            int m,
            int n,
            int k,
            long weights,
            long wide,
            SplittableRandom random,
            ThreadTeam team,
            Arena arena) {
        long a = arena.allocate((long) m * k * 4, 64).address();
        for (int i = 0; i < m * k; i++) {
            OffHeap.setFloat(a + i * 4L, (float) random.nextDouble(-1, 1));
        }
        long c = arena.allocate((long) m * n * 4, 64).address();
        Gemm.run(
                GemmArguments.of(
                        m,
                        n,
                        k,
                        new MatrixView(a, DType.F32, k, 1),
                        new MatrixView(weights, type, 1, k),
                        new MatrixView(c, DType.F32, n, 1)),
                team);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                double size = 0;
                for (int p = 0; p < k; p++) {
                    double term = (double) OffHeap.getFloat(a + ((long) i * k + p) * 4)
                            * OffHeap.getFloat(wide + ((long) j * k + p) * 4);
                    sum += term;
                    size += Math.abs(term);
                }
                assertEquals(
                        sum,
                        OffHeap.getFloat(c + ((long) i * n + j) * 4),
                        size * 0x1p-21,
                        "%s %dx%dx%d at (%d, %d)".formatted(type, m, n, k, i, j));
            }
        }
    }
}
