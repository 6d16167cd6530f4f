package dev.tenon.cuda;

import static dev.tenon.conformance.Operand.in;
import static dev.tenon.conformance.Operand.out;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.conformance.CaseRunner;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Placement;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionParameters;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kernels for tensor cores that no case of the conformance suite comes to, run as {@link PtxConformanceTest} runs the others: large tiles, which
 * devices of few multiprocessors have for small products too, layouts, and sizes of heads.
 */
class PtxKernelsTest {
    private static final int MANY = 132;

    /** Layouts by the axes that a and b are contiguous along. */
    @ParameterizedTest
    @CsvSource({
        "BF16, kk, 1, gemm_bf16_kk_128",
        "BF16, kn, 1, gemm_bf16_kn_128",
        "BF16, mk, 1, gemm_bf16_mk_128",
        "BF16, mn, 1, gemm_bf16_mn_128",
        "BF16, mn, 132, gemm_bf16_mn_64",
        "F16, kk, 1, gemm_f16_kk_128",
        "F16, kn, 1, gemm_f16_kn_128",
        "F16, mk, 1, gemm_f16_mk_128",
        "F16, mn, 1, gemm_f16_mn_128",
        "F16, mn, 132, gemm_f16_mn_64"
    })
    void productsOnAmpere(DType type, String letters, int multiprocessors, String kernel) {
        RecordingDriver driver = RecordingDriver.ampere(Simulation.MEMORY);
        passes(driver, multiprocessors, product(type, letters, 136, Content.any(type)), kernel);
    }

    /** Sizes for which blocks are in no clusters, which the interpreter has not. A block for each multiprocessor goes from tile to tile. */
    @ParameterizedTest
    @CsvSource({
        "BF16, kk, 1, gemm_hopper_bf16_kk_256",
        "BF16, kn, 1, gemm_hopper_bf16_kn_256",
        "BF16, mn, 1, gemm_hopper_bf16_mn_256",
        "BF16, kk, 3, gemm_hopper_bf16_kk_128",
        "BF16, kn, 3, gemm_hopper_bf16_kn_128",
        "BF16, mn, 3, gemm_hopper_bf16_mn_128",
        "F16, kk, 1, gemm_hopper_f16_kk_256",
        "F16, kn, 1, gemm_hopper_f16_kn_256",
        "F16, mn, 1, gemm_hopper_f16_mn_256",
        "F16, kk, 3, gemm_hopper_f16_kk_128",
        "F16, kn, 3, gemm_hopper_f16_kn_128",
        "F16, mn, 3, gemm_hopper_f16_mn_128"
    })
    void productsOnHopper(DType type, String letters, int multiprocessors, String kernel) {
        RecordingDriver driver = RecordingDriver.hopper(1, Simulation.MEMORY);
        long rows = multiprocessors == 1 ? 136 : 104;
        passes(driver, multiprocessors, product(type, letters, rows, Content.any(type)), kernel);
    }

    /** Of numbers that TF32 holds, so that the results are those of F32. */
    @ParameterizedTest
    @CsvSource({"kk, 1", "kn, 1", "mk, 1", "mn, 1", "kk, 132", "kn, 132", "mk, 132", "mn, 132"})
    void productsRoundedToTf32(String letters, int multiprocessors) {
        System.setProperty("tenon.cuda.tf32", "true");
        try {
            passes(
                    RecordingDriver.ampere(Simulation.MEMORY),
                    multiprocessors,
                    product(DType.F32, letters, 136, Content.whole(-9, 10)),
                    "gemm_tf32_rounded_" + letters + (multiprocessors == 1 ? "_128" : "_64"));
        } finally {
            System.clearProperty("tenon.cuda.tf32");
        }
    }

    private static OpCase product(DType type, String letters, long rows, Content content) {
        Placement a = letters.startsWith("k") ? Placement.CONTIGUOUS : Placement.TRANSPOSED;
        Placement b = letters.endsWith("n") ? Placement.CONTIGUOUS : Placement.TRANSPOSED;
        return new OpCase(
                Matmul.class,
                type + " " + letters,
                List.of(
                        in("a", type, a, content, rows, 72),
                        in("b", type, b, content, 72, 152),
                        out("out", type, rows, 152)),
                t -> new Matmul(t.get("a"), t.get("b"), Epilogue.NONE, t.get("out")));
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"BF16", "F16"})
    void fewQueries(DType type) {
        for (int size : new int[] {80, 96, 128, 256}) {
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
            String kernel = "attention_" + (type == DType.BF16 ? "bf16" : "f16") + "_decode_" + size;
            passes(RecordingDriver.ampere(Simulation.MEMORY), MANY, attention, kernel);
        }
    }

    private static void passes(RecordingDriver driver, int multiprocessors, OpCase test, String kernel) {
        driver.multiprocessors = multiprocessors;
        driver.execution = new PtxExecution();
        try (CudaDevice backend = Simulation.open(driver, Configuration.DEFAULT).getFirst()) {
            Device device = Simulation.device(backend);
            assertEquals(Optional.empty(), CaseRunner.run(test, device, 1));
            List<String> launched =
                    driver.launches.stream().map(driver::kernel).distinct().toList();
            assertTrue(launched.contains(kernel), () -> launched + " and not " + kernel);
        }
        driver.assertNothingIsLeft();
    }
}
