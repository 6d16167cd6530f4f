package dev.tenon.kernels.cuda;

import static dev.tenon.kernels.cuda.TensorCoreMatmulTest.matmul;
import static dev.tenon.kernels.cuda.TensorCoreMatmulTest.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tensor;
import dev.tenon.op.Matmul;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Products on Hopper's warpgroups: tiles, maps, pairs of blocks, and what goes to the kernels for every device. */
class HopperMatmulTest {
    private static final CudaTraits H100 = new CudaTraits(9, 0, 132, 227 * 1024);
    /** Without clusters. */
    private static final CudaTraits ALONE = new CudaTraits(9, 0, 132, 227 * 1024, false, false);

    private final Device device = SizesDevice.open();

    private Tensor tensor(DType type, long... sizes) {
        return Tensor.empty(device, type, sizes);
    }

    private static TensorMap map(CudaLaunch launch, int argument) {
        return assertInstanceOf(CudaArgument.Map.class, launch.arguments().get(argument))
                .map();
    }

    @Test
    void hopperHasTensorMaps() {
        Tensor a = tensor(DType.BF16, 4096, 1032).slice(1, 8, 1008);
        Matmul op = matmul(a, tensor(DType.BF16, 8192, 1000).transpose(), tensor(DType.BF16, 4096, 8192));
        CudaLaunch launch = only(TensorCoreMatmul.plan(op, ALONE));
        assertEquals("gemm_hopper_bf16_kk_256", launch.kernel().name());
        assertEquals(132, launch.gridX());
        assertEquals(384, launch.threads());
        assertEquals(214080, launch.sharedBytes());
        assertEquals(CudaArgument.of(32L * 32), launch.arguments().getLast());
        assertEquals(
                new TensorMap(
                        TensorMap.Element.BF16,
                        16,
                        List.of(1000L, 4096L, 1L),
                        List.of(2064L, 2064L),
                        List.of(64, 128, 1)),
                map(launch, 0));
        assertEquals(
                new TensorMap(
                        TensorMap.Element.BF16,
                        0,
                        List.of(1000L, 8192L, 1L),
                        List.of(2000L, 2000L),
                        List.of(64, 256, 1)),
                map(launch, 1));
    }

    @Test
    void hoppersBlocksGoInPairs() {
        Matmul op = matmul(
                tensor(DType.BF16, 4096, 1000),
                tensor(DType.BF16, 8192, 1000).transpose(),
                tensor(DType.BF16, 4096, 8192));
        CudaLaunch launch = only(TensorCoreMatmul.plan(op, H100));
        assertEquals("gemm_hopper_pair_bf16_kk_256", launch.kernel().name());
        assertTrue(launch.kernel().ptx().contains(".reqnctapercluster 2, 1, 1"));
        assertEquals(132, launch.gridX());
        assertEquals(214080, launch.sharedBytes());
        assertEquals(CudaArgument.of(16L * 32), launch.arguments().getLast());
        assertEquals(List.of(64, 128, 1), map(launch, 0).box());
        // Each block copies half of the columns.
        assertEquals(List.of(64, 128, 1), map(launch, 1).box());
        Tensor wide = tensor(DType.F16, 1000, 8192);
        CudaLaunch across = only(TensorCoreMatmul.plan(
                matmul(tensor(DType.F16, 4096, 1000), wide, tensor(DType.F16, 4096, 8192)), H100));
        assertEquals("gemm_hopper_pair_f16_kn_256", across.kernel().name());
        assertEquals(List.of(64, 64, 1), map(across, 1).box());
        // An odd device leaves one multiprocessor out.
        assertEquals(
                130,
                only(TensorCoreMatmul.plan(op, new CudaTraits(9, 0, 131, 227 * 1024)))
                        .gridX());
    }

    private static CudaLaunch tall(Device device, long rows, long n, long batch) {
        return only(TensorCoreMatmul.plan(
                matmul(
                        Tensor.empty(device, DType.BF16, batch, rows, 64),
                        Tensor.empty(device, DType.BF16, batch, 64, n),
                        Tensor.empty(device, DType.BF16, batch, rows, n)),
                H100));
    }

    /** An odd row of tiles has one of zeros below it, which is worth it where there are many. */
    @Test
    void pairsNeedRowsThatMakeThem() {
        assertEquals(
                "gemm_hopper_bf16_kn_256",
                tall(device, 128, 256 * 200, 1).kernel().name());
        assertEquals(
                "gemm_hopper_bf16_kn_256",
                tall(device, 15 * 128, 256 * 20, 1).kernel().name());
        CudaLaunch even = tall(device, 129, 256 * 100, 1);
        assertEquals("gemm_hopper_pair_bf16_kn_256", even.kernel().name());
        assertEquals(CudaArgument.of(100L), even.arguments().getLast());
        CudaLaunch odd = tall(device, 16 * 128 + 1, 256 * 10, 3);
        assertEquals("gemm_hopper_pair_bf16_kn_256", odd.kernel().name());
        assertEquals(CudaArgument.of(9L * 10 * 3), odd.arguments().getLast());
        assertEquals(132, odd.gridX());
        // Fewer tiles than multiprocessors.
        assertEquals(
                "gemm_hopper_bf16_kn_128", tall(device, 1024, 1280, 1).kernel().name());
        CudaLaunch narrow = tall(device, 2048, 128 * 10, 1);
        assertEquals("gemm_hopper_pair_bf16_kn_128", narrow.kernel().name());
        assertEquals(132, narrow.gridX());
        assertEquals(CudaArgument.of(80L), narrow.arguments().getLast());
    }

    @Test
    void hoppersGradientsAndBatches() {
        Tensor x = tensor(DType.F16, 4, 2048, 1024);
        Tensor gradOut = tensor(DType.F16, 4, 2048, 1024);
        Tensor out = tensor(DType.F32, 4, 1024, 1024);
        CudaLaunch launch = only(TensorCoreMatmul.plan(matmul(gradOut.transpose(), x, out), H100));
        assertEquals("gemm_hopper_pair_f16_mn_128", launch.kernel().name());
        TensorMap map = map(launch, 0);
        assertEquals(List.of(1024L, 2048L, 4L), map.sizes());
        assertEquals(List.of(2048L, 2L * 2048 * 1024), map.strideBytes());
        assertEquals(List.of(64, 64, 1), map.box());
    }

    @Test
    void hopperFallsBackToKernelsForEveryDevice() {
        Matmul few = matmul(
                tensor(DType.BF16, 100, 64), tensor(DType.BF16, 300, 64).transpose(), tensor(DType.F32, 100, 300));
        assertEquals(
                "gemm_bf16_kk_64",
                only(TensorCoreMatmul.plan(few, H100)).kernel().name());
        CudaTraits blackwell = new CudaTraits(10, 0, 148, 227 * 1024);
        Matmul large =
                matmul(tensor(DType.BF16, 4096, 4096), tensor(DType.BF16, 4096, 4096), tensor(DType.BF16, 4096, 4096));
        assertEquals(
                "gemm_bf16_kn_128",
                only(TensorCoreMatmul.plan(large, blackwell)).kernel().name());
    }

    @Test
    void hopperCutsWideOperandsThatRunAlongTerms() {
        CudaTraits cutting = new CudaTraits(9, 0, 132, 227 * 1024, true);
        Tensor a = tensor(DType.F32, 4096, 1028).slice(1, 4, 1004);
        CudaPlan plan = TensorCoreMatmul.plan(
                matmul(a, tensor(DType.F32, 8192, 1000).transpose(), tensor(DType.F32, 4096, 8192)), cutting);
        CudaLaunch launch = only(plan);
        assertEquals("gemm_hopper_pair_tf32_kk_256", launch.kernel().name());
        assertTrue(TensorCoreMatmul.isRounding(launch.kernel()));
        assertEquals("operands are cut to TF32, as asked for", ((CudaPlan.Launches) plan).because());
        assertEquals(214080, launch.sharedBytes());
        assertEquals(
                new TensorMap(
                        TensorMap.Element.TF32,
                        16,
                        List.of(1000L, 4096L, 1L),
                        List.of(4112L, 4112L),
                        List.of(32, 128, 1)),
                map(launch, 0));
        assertEquals(
                new TensorMap(
                        TensorMap.Element.TF32,
                        0,
                        List.of(1000L, 8192L, 1L),
                        List.of(4000L, 4000L),
                        List.of(32, 128, 1)),
                map(launch, 1));
        // Lines across the terms have no wgmma of TF32, few tiles no use of it.
        CudaPlan across =
                TensorCoreMatmul.plan(matmul(a, tensor(DType.F32, 1000, 8192), tensor(DType.F32, 4096, 8192)), cutting);
        assertEquals("gemm_tf32_rounded_kn_128", only(across).kernel().name());
        assertEquals(
                "operands are rounded to TF32, as asked for; wgmma takes TF32 in lines along k alone",
                ((CudaPlan.Launches) across).because());
        Tensor rows = tensor(DType.F32, 100, 512);
        CudaPlan few = TensorCoreMatmul.plan(
                matmul(rows, tensor(DType.F32, 96, 512).transpose(), tensor(DType.F32, 100, 96)), cutting);
        assertEquals("gemm_tf32_rounded_kk_64", only(few).kernel().name());
        assertTrue(((CudaPlan.Launches) few).because().contains("too few for 132"), few::toString);
        // Not without being asked.
        assertEquals(
                "gemm_tf32_kk_128",
                only(TensorCoreMatmul.plan(
                                matmul(a, tensor(DType.F32, 8192, 1000).transpose(), tensor(DType.F32, 4096, 8192)),
                                H100))
                        .kernel()
                        .name());
    }
}
