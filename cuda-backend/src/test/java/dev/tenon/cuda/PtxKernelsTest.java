package dev.tenon.cuda;

import static dev.tenon.conformance.Operand.in;
import static dev.tenon.conformance.Operand.out;

import dev.tenon.DType;
import dev.tenon.conformance.OpCase;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionParameters;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Kernels for tensor cores that no case of the conformance suite comes to, run as {@link PtxConformanceTest} runs the others: large tiles, which
 * devices of few multiprocessors have for small products too, layouts, and sizes of heads. {@link PtxHopperKernelsTest} has those for sm_90a.
 */
class PtxKernelsTest {
    private static final int DAYS = 8;
    private static final int MANY = 132;
    private static final List<DType> NARROW = List.of(DType.BF16, DType.F16);

    static List<KernelRun> runs() {
        List<KernelRun> runs = new ArrayList<>();
        for (DType type : NARROW) {
            String file = "gemm_" + KernelRun.name(type);
            for (String letters : List.of("kk", "kn", "mk", "mn")) {
                largeTiles(runs, type, type, letters, false, file);
            }
            smallTiles(runs, type, type, "mn", false, file);
            for (String letters : List.of("kk", "kn")) {
                bothTiles(runs, DType.F32, type, letters, false, "gemm_f32_" + KernelRun.name(type));
                bothTiles(runs, type, DType.F32, letters, false, file + "_f32");
            }
            for (int size : new int[] {80, 96, 128, 256}) {
                runs.add(fewQueries(type, size));
            }
        }
        for (String letters : List.of("kk", "kn", "mk", "mn")) {
            bothTiles(runs, DType.F32, DType.F32, letters, false, "gemm_tf32");
            bothTiles(runs, DType.F32, DType.F32, letters, true, "gemm_tf32_rounded");
        }
        return PtxCases.turn(DAYS, runs);
    }

    @ParameterizedTest
    @MethodSource("runs")
    void passes(KernelRun run) {
        run.passes();
    }

    private static void bothTiles(List<KernelRun> runs, DType a, DType b, String letters, boolean tf32, String file) {
        largeTiles(runs, a, b, letters, tf32, file);
        smallTiles(runs, a, b, letters, tf32, file);
    }

    private static void largeTiles(List<KernelRun> runs, DType a, DType b, String letters, boolean tf32, String file) {
        runs.add(KernelRun.product(
                false, 1, tf32, a, b, letters, new long[] {136, 152, 72}, file + "_" + letters + "_128"));
    }

    private static void smallTiles(List<KernelRun> runs, DType a, DType b, String letters, boolean tf32, String file) {
        runs.add(KernelRun.product(
                false, MANY, tf32, a, b, letters, new long[] {136, 152, 72}, file + "_" + letters + "_64"));
    }

    private static KernelRun fewQueries(DType type, int size) {
        OpCase attention = new OpCase(
                Attention.class,
                type + " " + size,
                List.of(
                        in("query", type, 1, 2, 1, size),
                        in("key", type, 1, 1, 170, size),
                        in("value", type, 1, 1, 170, size),
                        out("out", type, 1, 2, 1, size)),
                t -> new Attention(
                        t.get("query"),
                        t.get("key"),
                        t.get("value"),
                        null,
                        null,
                        AttentionParameters.causal(size),
                        t.get("out"),
                        null));
        return new KernelRun(false, MANY, false, attention, "attention_" + KernelRun.name(type) + "_decode_" + size);
    }
}
