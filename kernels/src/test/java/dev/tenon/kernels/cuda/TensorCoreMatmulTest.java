package dev.tenon.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tensor;
import dev.tenon.op.Activation;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import java.util.List;
import org.junit.jupiter.api.Test;

class TensorCoreMatmulTest {
    private static final CudaTraits A100 = new CudaTraits(8, 0, 108, 163 * 1024);
    private final Device device = SizesDevice.open();

    private Tensor tensor(DType type, long... sizes) {
        return Tensor.empty(device, type, sizes);
    }

    static CudaLaunch only(CudaPlan plan) {
        CudaPlan.Launches launches = assertInstanceOf(CudaPlan.Launches.class, plan, plan::toString);
        assertEquals(1, launches.launches().size());
        CudaLaunch launch = launches.launches().getFirst();
        List<Integer> parameters =
                PtxEntries.of(launch.kernel().ptx()).get(launch.kernel().name());
        assertEquals(
                parameters,
                PtxEntries.sizes(launch.arguments()),
                launch.kernel().name());
        assertTrue(launch.gridX() > 0 && launch.gridX() <= Integer.MAX_VALUE, launch::toString);
        assertTrue(launch.gridY() > 0 && launch.gridY() <= 65535, launch::toString);
        return launch;
    }

    private static String reason(CudaPlan plan) {
        return assertInstanceOf(CudaPlan.Declined.class, plan, plan::toString).reason();
    }

    private static long[] shape(CudaLaunch launch) {
        return launch.arguments().stream()
                .filter(CudaArgument.Fields.class::isInstance)
                .map(argument -> ((CudaArgument.Fields) argument).values())
                .findFirst()
                .orElseThrow();
    }

    static Matmul matmul(Tensor a, Tensor b, Tensor out) {
        return new Matmul(a, b, Epilogue.NONE, out);
    }

    @Test
    void aWeightKeptAsItsTransposeIsContiguousAlongTerms() {
        Matmul op = matmul(
                tensor(DType.BF16, 4096, 1024),
                tensor(DType.BF16, 2048, 1024).transpose(),
                tensor(DType.BF16, 4096, 2048));
        CudaLaunch launch = only(TensorCoreMatmul.plan(op, A100));
        assertEquals("gemm_bf16_kk_128", launch.kernel().name());
        assertEquals(32 * 16, launch.gridX());
        assertEquals(256, launch.threads());
        assertEquals(65536, launch.sharedBytes());
        assertEquals(1024, shape(launch)[4]);
        assertEquals(1024, shape(launch)[7]);
    }

    @Test
    void gradientsHaveTheOtherLayouts() {
        Tensor x = tensor(DType.F16, 4096, 1024);
        Tensor weight = tensor(DType.F16, 2048, 1024);
        Tensor gradOut = tensor(DType.F16, 4096, 2048);
        CudaLaunch ofInput = only(TensorCoreMatmul.plan(matmul(gradOut, weight, x), A100));
        assertEquals("gemm_f16_kn_128", ofInput.kernel().name());
        CudaLaunch ofWeight = only(TensorCoreMatmul.plan(matmul(gradOut.transpose(), x, weight), A100));
        assertEquals("gemm_f16_mn_128", ofWeight.kernel().name());
        assertEquals(2048, shape(ofWeight)[4]);
    }

    @Test
    void fewTilesAreSmallOnes() {
        Matmul op = matmul(
                tensor(DType.BF16, 100, 64), tensor(DType.BF16, 300, 64).transpose(), tensor(DType.F32, 100, 300));
        CudaLaunch launch = only(TensorCoreMatmul.plan(op, A100));
        assertEquals("gemm_bf16_kk_64", launch.kernel().name());
        assertEquals(2 * 5, launch.gridX());
        assertEquals(128, launch.threads());
        assertEquals(32768, launch.sharedBytes());
    }

    @Test
    void aBatchThatSharesItsWeightBecomesRows() {
        Matmul op = matmul(tensor(DType.BF16, 8, 100, 64), tensor(DType.BF16, 64, 32), tensor(DType.BF16, 8, 100, 32));
        CudaLaunch launch = only(TensorCoreMatmul.plan(op, A100));
        assertEquals(800, shape(launch)[0]);
        assertEquals(1, launch.gridY());
    }

    @Test
    void aBatchOfMatricesHasStrides() {
        Matmul op = matmul(
                tensor(DType.BF16, 6, 8, 100, 64), tensor(DType.BF16, 6, 8, 64, 32), tensor(DType.BF16, 6, 8, 100, 32));
        CudaLaunch launch = only(TensorCoreMatmul.plan(op, A100));
        assertEquals(48, launch.gridY());
        assertEquals(6400, shape(launch)[5]);
        assertEquals(2048, shape(launch)[8]);
        assertEquals(3200, shape(launch)[11]);
    }

    @Test
    void theEpilogueIsInTheArguments() {
        Tensor out = tensor(DType.F32, 64, 48);
        Tensor bias = tensor(DType.F32, 60).slice(0, 7, 55);
        Matmul op = new Matmul(
                tensor(DType.BF16, 64, 32),
                tensor(DType.BF16, 48, 32).transpose(),
                new Epilogue(0.5f, bias, Activation.SILU, out),
                out);
        CudaLaunch launch = only(TensorCoreMatmul.plan(op, A100));
        long[] shape = shape(launch);
        assertEquals(
                List.of(7L, 1L, 3L, 1L, 1L, 1L, 5L),
                java.util.Arrays.stream(shape, 15, 22).boxed().toList());
        assertEquals(CudaArgument.of(0.5f), launch.arguments().getLast());
    }

    @Test
    void everyWeightTypeHasItsKernels() {
        for (DType weight : DType.values()) {
            if (!weight.isQuantized()) {
                continue;
            }
            for (DType a : List.of(DType.F32, DType.F16, DType.BF16)) {
                Tensor b = tensor(weight, 96, 512).transpose();
                CudaLaunch tiles =
                        only(TensorCoreMatmul.plan(matmul(tensor(a, 200, 512), b, tensor(DType.F32, 200, 96)), A100));
                String name = weight.name().toLowerCase(java.util.Locale.ROOT);
                assertEquals(
                        "gemm_" + a.name().toLowerCase(java.util.Locale.ROOT) + "_" + name,
                        tiles.kernel().name());
                assertEquals(2 * 2, tiles.gridX());
                assertEquals(512 / weight.blockSize(), shape(tiles)[7]);
                CudaLaunch rows =
                        only(TensorCoreMatmul.plan(matmul(tensor(a, 3, 512), b, tensor(DType.F32, 3, 96)), A100));
                assertEquals("rows_" + name + "_4", rows.kernel().name());
                assertEquals(24, rows.gridX());
                assertEquals(4 * 4096, rows.sharedBytes());
            }
        }
        assertEquals(
                3 * 128 * 128 + 2 * 64 * 64 + 4 * 64 * 4,
                only(TensorCoreMatmul.plan(
                                matmul(
                                        tensor(DType.F32, 200, 512),
                                        tensor(DType.Q4_K, 96, 512).transpose(),
                                        tensor(DType.F32, 200, 96)),
                                A100))
                        .sharedBytes());
    }

    @Test
    void oneOperandOfF32() {
        Tensor weight = tensor(DType.BF16, 96, 512).transpose();
        CudaLaunch rows =
                only(TensorCoreMatmul.plan(matmul(tensor(DType.F32, 8, 512), weight, tensor(DType.F32, 8, 96)), A100));
        assertEquals("rows_bf16_8", rows.kernel().name());
        CudaLaunch few =
                only(TensorCoreMatmul.plan(matmul(tensor(DType.F32, 9, 512), weight, tensor(DType.F32, 9, 96)), A100));
        assertEquals("gemm_f32_bf16_kk_64", few.kernel().name());
        assertEquals(2, few.gridX());
        assertEquals(128, few.threads());
        assertEquals(3 * 64 * 32 * 6, few.sharedBytes());
        CudaLaunch large = only(TensorCoreMatmul.plan(
                matmul(tensor(DType.F16, 2048, 512), tensor(DType.F32, 512, 2048), tensor(DType.F16, 2048, 2048)),
                A100));
        assertEquals("gemm_f16_f32_kn_128", large.kernel().name());
        assertEquals(256, large.threads());
        assertEquals(3 * 128 * 32 * 6, large.sharedBytes());
        Tensor across = tensor(DType.F32, 512, 96).transpose();
        assertTrue(reason(TensorCoreMatmul.plan(
                        matmul(across, tensor(DType.BF16, 512, 96), tensor(DType.F32, 96, 96)), A100))
                .contains("rows of a are not contiguous"));
        // Four elements of F32 are 16 bytes, of BF16 eight.
        Tensor four = tensor(DType.F32, 96, 12).slice(1, 4, 12);
        assertEquals(
                "gemm_f32_bf16_kn_64",
                only(TensorCoreMatmul.plan(matmul(four, tensor(DType.BF16, 8, 96), tensor(DType.F32, 96, 96)), A100))
                        .kernel()
                        .name());
        Tensor odd = tensor(DType.BF16, 96, 12).slice(1, 4, 12).transpose();
        assertTrue(reason(TensorCoreMatmul.plan(matmul(four, odd, tensor(DType.F32, 96, 96)), A100))
                .contains("lines of b"));
        assertTrue(reason(TensorCoreMatmul.plan(
                        matmul(tensor(DType.F16, 96, 8), tensor(DType.BF16, 8, 96), tensor(DType.F32, 96, 96)), A100))
                .contains("F16 by BF16"));
    }

    @Test
    void wideOperandsRunOnTf32() {
        Matmul op =
                matmul(tensor(DType.F32, 512, 100).transpose(), tensor(DType.F32, 512, 96), tensor(DType.F32, 100, 96));
        CudaLaunch launch = only(TensorCoreMatmul.plan(op, A100));
        assertEquals("gemm_tf32_mn_64", launch.kernel().name());
        assertEquals(2 * 2, launch.gridX());
        assertEquals(49152, launch.sharedBytes());
        CudaTraits geForce = new CudaTraits(8, 6, 82, 99 * 1024);
        assertEquals(
                "three TF32 products are not faster than F32 on compute capability 8.6",
                reason(TensorCoreMatmul.plan(op, geForce)));
    }

    @Test
    void wideOperandsAreRoundedWhereThatIsAskedFor() {
        CudaTraits rounding = new CudaTraits(8, 0, 108, 163 * 1024, true);
        Tensor a = tensor(DType.F32, 2048, 1024);
        CudaPlan large = TensorCoreMatmul.plan(
                matmul(a, tensor(DType.F32, 1024, 2048), tensor(DType.F32, 2048, 2048)), rounding);
        CudaLaunch launch = only(large);
        assertEquals("gemm_tf32_rounded_kn_128", launch.kernel().name());
        assertEquals(16 * 16, launch.gridX());
        assertEquals(256, launch.threads());
        assertEquals(98304, launch.sharedBytes());
        assertEquals("operands are rounded to TF32, as asked for", ((CudaPlan.Launches) large).because());
        CudaLaunch small = only(TensorCoreMatmul.plan(
                matmul(tensor(DType.F32, 512, 100).transpose(), tensor(DType.F32, 512, 96), tensor(DType.F32, 100, 96)),
                rounding));
        assertEquals("gemm_tf32_rounded_mn_64", small.kernel().name());
        assertEquals(2 * 2, small.gridX());
        assertEquals(128, small.threads());
        assertEquals(49152, small.sharedBytes());
        // Few rows are bound by memory and keep their precision.
        Tensor weight = tensor(DType.F32, 96, 512).transpose();
        assertEquals(
                "rows_f32_8",
                only(TensorCoreMatmul.plan(
                                matmul(tensor(DType.F32, 8, 512), weight, tensor(DType.F32, 8, 96)), rounding))
                        .kernel()
                        .name());
    }

    @Test
    void sizesPast31BitsStayWhole() {
        long rows = (1L << 31) + 24;
        Matmul op = matmul(
                tensor(DType.BF16, rows, 64), tensor(DType.BF16, 64, 64).transpose(), tensor(DType.BF16, rows, 64));
        CudaLaunch launch = only(TensorCoreMatmul.plan(op, A100));
        assertEquals(rows, shape(launch)[0]);
        assertEquals(Math.ceilDiv(rows, 128L), launch.gridX());
        Tensor wide = tensor(DType.BF16, 1000, 1L << 32);
        Tensor slice = wide.slice(1, (1L << 32) - 64, 1L << 32);
        CudaLaunch strided = only(TensorCoreMatmul.plan(
                matmul(slice, tensor(DType.BF16, 64, 64).transpose(), tensor(DType.BF16, 1000, 64)), A100));
        assertEquals((1L << 32) - 64, shape(strided)[3]);
        assertEquals(1L << 32, shape(strided)[4]);
    }

    @Test
    void whatDoesNotApplySaysWhy() {
        Tensor a = tensor(DType.BF16, 64, 64);
        Tensor b = tensor(DType.BF16, 64, 64);
        Tensor out = tensor(DType.BF16, 64, 64);
        CudaTraits turing = new CudaTraits(7, 5, 40, 64 * 1024);
        assertTrue(reason(TensorCoreMatmul.plan(matmul(a, b, out), turing)).contains("before 8.0"));
        Tensor odd = tensor(DType.BF16, 64, 65).slice(1, 0, 64);
        assertTrue(reason(TensorCoreMatmul.plan(matmul(odd, b, out), A100)).contains("16-byte"));
        Tensor shifted = tensor(DType.BF16, 64, 72).slice(1, 4, 68);
        assertTrue(reason(TensorCoreMatmul.plan(matmul(a, shifted, out), A100)).contains("of b"));
        Tensor apart = tensor(DType.BF16, 64, 128).slice(1, 0, 128, 2);
        assertTrue(reason(TensorCoreMatmul.plan(matmul(apart, b, out), A100)).contains("neither axis"));
        assertTrue(reason(TensorCoreMatmul.plan(matmul(a, b, apart), A100)).contains("output"));
        assertTrue(reason(TensorCoreMatmul.plan(
                        matmul(tensor(DType.F64, 8, 8), tensor(DType.F64, 8, 8), tensor(DType.F64, 8, 8)), A100))
                .contains("F64"));
    }

    @Test
    void oneRowNeedsNoAlignedStride() {
        Tensor a = tensor(DType.BF16, 1, 13);
        Matmul op = matmul(a, tensor(DType.BF16, 13, 16), tensor(DType.BF16, 1, 16));
        assertEquals(
                "gemm_bf16_kn_64",
                only(TensorCoreMatmul.plan(op, A100)).kernel().name());
    }
}
