package dev.tenon.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tensor;
import dev.tenon.kernels.cuda.CudaPlan.Launches;
import dev.tenon.kernels.cuda.CudaPlan.ScratchBuffer;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import java.util.List;
import org.junit.jupiter.api.Test;

class HopperMixedTest {
    private static final CudaTraits H100 = new CudaTraits(9, 0, 132, 227 * 1024);
    private final Device device = SizesDevice.open();

    private Tensor tensor(DType type, long... sizes) {
        return Tensor.empty(device, type, sizes);
    }

    private CudaPlan plan(Tensor a, Tensor b) {
        return TensorCoreMatmul.plan(new Matmul(a, b, Epilogue.NONE, tensor(DType.F32, a.size(0), b.size(1))), H100);
    }

    private static Launches launches(CudaPlan plan) {
        Launches launches = assertInstanceOf(Launches.class, plan, plan::toString);
        for (CudaLaunch launch : launches.launches()) {
            List<Integer> parameters =
                    PtxEntries.of(launch.kernel().ptx()).get(launch.kernel().name());
            assertEquals(
                    parameters,
                    PtxEntries.sizes(launch.arguments()),
                    launch.kernel().name());
        }
        return launches;
    }

    /** Lines of planes are filled up to multiples of 16 bytes. */
    @Test
    void planesAndTheWeightAsItLies() {
        Launches plan = launches(plan(
                tensor(DType.F32, 1000, 516),
                tensor(DType.BF16, 2000, 520).slice(1, 0, 516).transpose()));
        assertEquals(List.of(new ScratchBuffer(2L * 3 * 1000 * 520, false)), plan.scratch());
        CudaLaunch preparation = plan.launches().getFirst();
        assertEquals("left_planes", preparation.kernel().name());
        assertEquals(1000 * 17 / 32 + 1, preparation.gridX());
        assertEquals(CudaArgument.of(0L), preparation.arguments().getLast());
        CudaLaunch product = plan.launches().getLast();
        assertEquals("gemm_mixed_hopper_bf16_k", product.kernel().name());
        assertEquals(8 * 16, product.gridX());
        assertEquals(3 * 65536 + 16384 + 48 + 1024, product.sharedBytes());
        assertEquals(
                new CudaArgument.ScratchMap(
                        0,
                        new TensorMap(
                                TensorMap.Element.BF16,
                                0,
                                List.of(516L, 1000L, 3L),
                                List.of(1040L, 1040L * 1000),
                                List.of(64, 128, 1))),
                product.arguments().getFirst());
        assertEquals(
                new TensorMap(
                        TensorMap.Element.BF16,
                        0,
                        List.of(516L, 2000L, 1L),
                        List.of(1040L, 1040L),
                        List.of(64, 128, 1)),
                assertInstanceOf(CudaArgument.Map.class, product.arguments().get(1))
                        .map());
    }

    @Test
    void aWeightAcross() {
        Launches plan = launches(plan(tensor(DType.F32, 1000, 512), tensor(DType.F16, 512, 2000)));
        CudaLaunch product = plan.launches().getLast();
        assertEquals("gemm_mixed_hopper_f16_n", product.kernel().name());
        assertEquals(
                new TensorMap(
                        TensorMap.Element.F16, 0, List.of(2000L, 512L, 1L), List.of(4000L, 4000L), List.of(64, 64, 1)),
                assertInstanceOf(CudaArgument.Map.class, product.arguments().get(1))
                        .map());
        assertEquals(2000, ((CudaArgument.Fields) product.arguments().get(7)).values()[7]);
    }

    @Test
    void whatDoesNotApplySaysWhy() {
        Tensor a = tensor(DType.F32, 1000, 512);
        Tensor b = tensor(DType.BF16, 512, 2048);
        assertReason(plan(a.slice(0, 0, 60), b), "fewer than 64 rows");
        assertReason(plan(a.slice(0, 0, 300), b), "48 of Hopper's tiles");
        assertReason(plan(tensor(DType.F32, 512, 1000).transpose(), b), "rows of a are not contiguous");
        assertReason(plan(tensor(DType.F32, 1000, 513).slice(1, 0, 512), b), "lines of a");
        assertReason(plan(a, tensor(DType.BF16, 512, 2049).slice(1, 0, 2048)), "lines of b");
        assertReason(plan(a, tensor(DType.BF16, 512, 4096).slice(1, 0, 4096, 2)), "neither axis");
        assertReason(plan(tensor(DType.F32, 180_000, 512), b), "527 MiB of scratch");
        assertReason(plan(tensor(DType.F16, 1000, 512), b), "F16 by BF16");
    }

    /** Why no kernel for tensor cores, or one for sm_80, serves. */
    private static void assertReason(CudaPlan plan, String reason) {
        String given = switch (plan) {
            case CudaPlan.Declined declined -> declined.reason();
            case Launches launches -> {
                assertEquals("sm_80", launches.launches().getFirst().kernel().architecture());
                yield launches.because();
            }
        };
        assertTrue(given.contains(reason), given);
    }
}
