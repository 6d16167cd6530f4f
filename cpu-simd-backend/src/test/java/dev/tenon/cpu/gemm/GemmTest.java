package dev.tenon.cpu.gemm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenon.DType;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.thread.ThreadTeam;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GemmTest {
    private static ThreadTeam team;

    @BeforeAll
    static void open() {
        team = ThreadTeam.open(3);
    }

    @AfterAll
    static void close() {
        team.close();
    }

    private static final int[] SIZES = {1, 2, 5, 7, 8, 9, 13, 16, 33, 64, 100, 207};

    @ParameterizedTest
    @ValueSource(strings = {"NN", "NT", "TN", "TT"})
    void awkwardSizes(String transposes) {
        SplittableRandom random = new SplittableRandom(7);
        for (int m : SIZES) {
            for (int n : SIZES) {
                int k = SIZES[random.nextInt(SIZES.length)];
                Product.of(m, n, k)
                        .transposes(transposes)
                        .seed(random.nextLong())
                        .check(team);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1001,1001,13", "13,4098,1001", "1001,13,2500", "4098,13,207", "300,2500,40"})
    void sizesPastABlock(int m, int n, int k) {
        for (String transposes : new String[] {"NN", "NT", "TN", "TT"}) {
            Product.of(m, n, k).transposes(transposes).seed(m * 31L + n).check(team);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16"})
    void everyMixOfTypes(DType a) {
        for (DType b : new DType[] {DType.F32, DType.F16, DType.BF16}) {
            for (DType c : new DType[] {DType.F32, DType.F16, DType.BF16}) {
                for (String transposes : new String[] {"NN", "NT", "TN", "TT"}) {
                    for (int m : new int[] {1, 3, 8, 29}) {
                        Product.of(m, 51, 270)
                                .types(a, b, c)
                                .transposes(transposes)
                                .seed(m)
                                .check(team);
                    }
                }
            }
        }
    }

    @Test
    void paddedAndSteppedStrides() {
        for (int m : new int[] {1, 4, 19}) {
            for (String transposes : new String[] {"NN", "NT", "TN", "TT"}) {
                for (DType type : new DType[] {DType.F32, DType.F16}) {
                    Product.of(m, 37, 300)
                            .types(type, type, type)
                            .transposes(transposes)
                            .padded(5)
                            .check(team);
                    Product.of(m, 37, 300)
                            .types(type, type, type)
                            .transposes(transposes)
                            .stepped(3)
                            .check(team);
                }
            }
        }
    }

    @Test
    void accumulatesAndAppliesTheEpilogueOnce() {
        RowEpilogue epilogue = (values, batch, row, column, count) -> {
            for (int i = 0; i < count; i++) {
                float v = OffHeap.getFloat(values + i * 4L);
                OffHeap.setFloat(values + i * 4L, 2 * v + row - column - i);
            }
        };
        for (int m : new int[] {1, 8, 61}) {
            for (int k : new int[] {0, 1, 300, 2100}) {
                for (DType c : new DType[] {DType.F32, DType.BF16}) {
                    Product product =
                            Product.of(m, 45, k).types(DType.F32, DType.F32, c).accumulate(true);
                    product.check(team);
                    product.epilogue(epilogue, (v, row, column) -> 2 * v + row - column)
                            .check(team);
                    product.accumulate(false).check(team);
                }
            }
        }
    }

    @Test
    void bitsDoNotDependOnThreadsOrOnOtherRows() {
        float[] whole = Product.of(70, 130, 700).seed(5).run(team);
        try (ThreadTeam one = ThreadTeam.open(1)) {
            assertArrayEquals(whole, Product.of(70, 130, 700).seed(5).run(one));
        }
        for (int round = 0; round < 5; round++) {
            assertArrayEquals(whole, Product.of(70, 130, 700).seed(5).run(team));
        }
        // The first rows of A are the same random numbers, so the first rows of C must be the same bits.
        float[] some = Product.of(23, 130, 700).seed(5).run(team);
        assertArrayEquals(Arrays.copyOf(whole, 23 * 130), some);
    }

    @Test
    void batchesGiveWhatSingleProductsGive() {
        int batch = 17;
        int m = 20;
        int n = 30;
        int k = 40;
        Product product = Product.of(batch * m, n, k).seed(3);
        try (Product.Memory memory = product.allocate()) {
            long[] a = new long[batch];
            long[] b = new long[batch];
            long[] c = new long[batch];
            for (int i = 0; i < batch; i++) {
                a[i] = memory.a().addressOf(i * m, 0);
                b[i] = memory.b().address();
                c[i] = memory.c().addressOf(i * m, 0);
            }
            GemmArguments shape = GemmArguments.of(m, n, k, memory.a(), memory.b(), memory.c());
            Gemm.runBatch(shape, a, b, c, team);
            product.checkResult(memory);
        }
    }

    @Test
    void emptyProducts() {
        Product.of(0, 5, 5).check(team);
        Product.of(5, 0, 5).check(team);
        Product.of(5, 6, 0).check(team);
        assertEquals(0f, Product.of(5, 6, 0).run(team)[0]);
    }

    @Test
    void infinitiesAndNansStayInTheirRowAndColumn() {
        Product.of(19, 40, 300).poison(11, Float.NaN).check(team);
        Product.of(19, 40, 300).poison(7, Float.POSITIVE_INFINITY).check(team);
        Product.of(3, 40, 300).poison(1, Float.NaN).check(team);
    }
}
