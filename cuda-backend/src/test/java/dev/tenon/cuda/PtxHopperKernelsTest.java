package dev.tenon.cuda;

import dev.tenon.DType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Kernels for sm_90a that no case of the conformance suite comes to, on devices like an H100 of few multiprocessors. */
class PtxHopperKernelsTest {
    private static final int DAYS = 8;
    private static final List<DType> NARROW = List.of(DType.BF16, DType.F16);
    private static final List<DType> WEIGHTS =
            List.of(DType.Q8_0, DType.Q4_0, DType.Q4_1, DType.Q5_0, DType.Q5_1, DType.Q4_K, DType.Q5_K, DType.Q6_K);

    /** Two rows of tiles, and two columns of those of 256; terms for more stages than there are. */
    private static final long[] WIDE_PAIRS = {200, 264, 200};

    /** The same of 128 columns. */
    private static final long[] PAIRS = {200, 152, 200};

    static List<KernelRun> runs() {
        List<KernelRun> runs = new ArrayList<>();
        products(runs);
        quantized(runs);
        mixed(runs);
        return PtxCases.turn(DAYS, runs);
    }

    @ParameterizedTest
    @MethodSource("runs")
    void passes(KernelRun run) {
        run.passes();
    }

    /** A block for each multiprocessor goes from tile to tile; the only cluster of two blocks has two rounds, in which stages are filled anew. */
    private static void products(List<KernelRun> runs) {
        for (DType type : NARROW) {
            for (String letters : List.of("kk", "kn", "mn")) {
                products(runs, type, false, letters, "gemm_hopper_", KernelRun.name(type) + "_" + letters);
            }
        }
        products(runs, DType.F32, true, "kk", "gemm_hopper_", "tf32_kk");
        // Of 17 rows of tiles, below which lies one of zeros.
        runs.add(KernelRun.product(
                true,
                2,
                false,
                DType.BF16,
                DType.BF16,
                "kn",
                new long[] {2100, 136, 72},
                "gemm_hopper_pair_bf16_kn_256"));
    }

    private static void products(
            List<KernelRun> runs, DType type, boolean tf32, String letters, String file, String rest) {
        long[] wide = {136, 152, 72};
        long[] narrow = {104, 152, 72};
        String pair = file + "pair_" + rest;
        runs.add(KernelRun.product(true, 1, tf32, type, type, letters, wide, file + rest + "_256"));
        runs.add(KernelRun.product(true, 3, tf32, type, type, letters, narrow, file + rest + "_128"));
        runs.add(KernelRun.product(true, 2, tf32, type, type, letters, WIDE_PAIRS, pair + "_256"));
        runs.add(KernelRun.product(true, 3, tf32, type, type, letters, PAIRS, pair + "_128"));
    }

    /** Lines of two stages, the second not full of small blocks; two tiles, so that stages are filled anew. */
    private static void quantized(List<KernelRun> runs) {
        for (DType type : List.of(DType.BF16, DType.F16, DType.F32)) {
            for (DType weight : WEIGHTS) {
                long[] sizes = {72, 136, weight.blockSize() == 32 ? 224 : 512};
                String kernel = "gemm_quant_hopper_" + KernelRun.name(type) + "_" + KernelRun.name(weight);
                runs.add(KernelRun.product(true, 1, false, type, weight, "kk", sizes, kernel));
            }
        }
    }

    private static void mixed(List<KernelRun> runs) {
        for (DType weight : NARROW) {
            for (String along : List.of("k", "n")) {
                runs.add(KernelRun.product(
                        true,
                        1,
                        false,
                        DType.F32,
                        weight,
                        "k" + along,
                        new long[] {136, 152, 200},
                        "gemm_mixed_hopper_" + KernelRun.name(weight) + "_" + along));
            }
        }
    }
}
