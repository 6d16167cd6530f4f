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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class HopperQuantizedTest {
    private static final CudaTraits H100 = new CudaTraits(9, 0, 132, 227 * 1024);
    private final Device device = SizesDevice.open();

    private Tensor tensor(DType type, long... sizes) {
        return Tensor.empty(device, type, sizes);
    }

    private Launches plan(DType a, DType weight, long m, long n, long k) {
        return plan(
                new Matmul(tensor(a, m, k), tensor(weight, n, k).transpose(), Epilogue.NONE, tensor(DType.F32, m, n)));
    }

    private static Launches plan(Matmul op) {
        CudaPlan plan = TensorCoreMatmul.plan(op, H100);
        Launches launches = assertInstanceOf(Launches.class, plan, plan::toString);
        for (CudaLaunch launch : launches.launches()) {
            List<Integer> parameters =
                    PtxEntries.of(launch.kernel().ptx()).get(launch.kernel().name());
            assertEquals(
                    parameters,
                    PtxEntries.sizes(launch.arguments()),
                    launch.kernel().name());
            assertTrue(launch.sharedBytes() <= H100.sharedBytes(), launch::toString);
        }
        return launches;
    }

    private static List<String> names(Launches plan) {
        return plan.launches().stream().map(launch -> launch.kernel().name()).toList();
    }

    private static TensorMap map(CudaLaunch launch, int argument) {
        return switch (launch.arguments().get(argument)) {
            case CudaArgument.Map(var _, TensorMap map) -> map;
            case CudaArgument.ScratchMap(int _, TensorMap map) -> map;
            case CudaArgument other -> throw new AssertionError(other);
        };
    }

    @Test
    void everyWeightByEveryType() {
        for (DType weight : DType.values()) {
            if (!weight.isQuantized()) {
                continue;
            }
            boolean hasMinimums =
                    List.of(DType.Q4_1, DType.Q5_1, DType.Q4_K, DType.Q5_K).contains(weight);
            for (DType a : List.of(DType.F32, DType.F16, DType.BF16)) {
                Launches plan = plan(a, weight, 1000, 2000, 1024);
                String kernel = "gemm_quant_hopper_" + (a.name() + "_" + weight.name()).toLowerCase(Locale.ROOT);
                assertEquals(
                        hasMinimums || a == DType.F32 ? List.of("left_planes", kernel) : List.of(kernel), names(plan));
                CudaLaunch product = plan.launches().getLast();
                assertEquals(8 * 16, product.gridX());
                assertEquals(384, product.threads());
                assertEquals(CudaArgument.of(8L * 16), product.arguments().getLast());
                assertEquals(List.of(64, 128, 1), map(product, 0).box());
                assertEquals(
                        (a == DType.F32 ? 1 : 0) + (hasMinimums ? 1 : 0),
                        plan.scratch().size());
                assertEquals("", plan.because());
            }
        }
    }

    /** Six boxes of a, three stages of 128 lines of four blocks of 34 bytes at even addresses, sums, counters. */
    @Test
    void rowsAsTheyAreNeedNoPreparation() {
        Tensor a = tensor(DType.BF16, 4096, 1056).slice(1, 16, 1040);
        CudaLaunch launch = plan(new Matmul(
                        a, tensor(DType.Q8_0, 4096, 1024).transpose(), Epilogue.NONE, tensor(DType.BF16, 4096, 4096)))
                .launches()
                .getFirst();
        assertEquals(132, launch.gridX());
        assertEquals(6 * 16384 + 3 * 128 * 11 * 16 + 16384 + 2 * 11 * 8 + 1024, launch.sharedBytes());
        assertEquals(
                new TensorMap(
                        TensorMap.Element.BF16,
                        32,
                        List.of(1024L, 4096L, 1L),
                        List.of(2112L, 2112L),
                        List.of(64, 128, 1)),
                map(launch, 0));
    }

    @Test
    void wideRowsHavePlanesAndMinimumsSums() {
        Launches plan = plan(DType.F32, DType.Q5_K, 1000, 2048, 768);
        assertEquals(
                List.of(new ScratchBuffer(3L * 2 * 1000 * 768, false), new ScratchBuffer(2L * 1000 * 3 * 32, false)),
                plan.scratch());
        CudaLaunch preparation = plan.launches().getFirst();
        assertEquals(1000 * 24 / 32, preparation.gridX());
        assertEquals(256, preparation.threads());
        assertEquals(CudaArgument.of(8L), preparation.arguments().getLast());
        CudaLaunch product = plan.launches().getLast();
        assertEquals(6 * 16384 + 2 * 16384 + 3 * 128 * 11 * 16 + 16384 + 2 * 7 * 8 + 1024, product.sharedBytes());
        assertEquals(
                new CudaArgument.ScratchMap(
                        0,
                        new TensorMap(
                                TensorMap.Element.BF16,
                                0,
                                List.of(768L, 1000L, 3L),
                                List.of(1536L, 1536L * 1000),
                                List.of(64, 128, 1))),
                product.arguments().get(0));
        assertEquals(
                new CudaArgument.ScratchMap(
                        1,
                        new TensorMap(
                                TensorMap.Element.BF16,
                                0,
                                List.of(96L, 1000L, 1L),
                                List.of(192L, 192L * 1000),
                                List.of(64, 128, 1))),
                product.arguments().get(1));
    }

    /** 7 parts are two stages of four: sums are there for the part that is not. */
    @Test
    void aStageThatIsNotFull() {
        Launches plan = plan(DType.BF16, DType.Q4_1, 1000, 2048, 224);
        assertEquals(List.of(new ScratchBuffer(2L * 1000 * 2 * 32, false)), plan.scratch());
        assertEquals(1000 * 8 / 32, plan.launches().getFirst().gridX());
        assertEquals(CudaArgument.of(4L), plan.launches().getFirst().arguments().getLast());
    }

    @Test
    void aBatchHasStrides() {
        Matmul op = new Matmul(
                tensor(DType.F16, 5, 300, 512),
                tensor(DType.Q4_0, 5, 1000, 512).transpose(),
                Epilogue.NONE,
                tensor(DType.F16, 5, 300, 1000));
        CudaLaunch launch = plan(op).launches().getLast();
        assertEquals(3 * 8 * 5, launch.gridX());
        assertEquals(List.of(512L, 300L, 5L), map(launch, 0).sizes());
        assertEquals(List.of(1024L, 1024L * 300), map(launch, 0).strideBytes());
        long[] shape = ((CudaArgument.Fields) launch.arguments().get(7)).values();
        assertEquals(List.of(16L, 16000L), Arrays.stream(shape, 7, 9).boxed().toList());
    }

    @Test
    void otherwiseTheKernelsForSm80ServeForAReason() {
        assertReason(plan(DType.BF16, DType.Q8_0, 63, 100000, 64), "fewer than 64 rows");
        assertReason(plan(DType.BF16, DType.Q8_0, 128, 65 * 128, 64), "65 of Hopper's tiles");
        assertEquals(List.of("gemm_quant_hopper_bf16_q8_0"), names(plan(DType.BF16, DType.Q8_0, 128, 66 * 128, 64)));
        assertReason(plan(DType.F32, DType.Q8_0, 100_000, 4096, 1024), "585 MiB of scratch");
        Tensor shared = tensor(DType.BF16, 300, 512).reshape(1, 300, 512).broadcastTo(5, 300, 512);
        Matmul op = new Matmul(
                shared, tensor(DType.Q4_0, 5, 1024, 512).transpose(), Epilogue.NONE, tensor(DType.F16, 5, 300, 1024));
        assertReason(plan(op), "stride of 0");
        assertReason(plan(DType.BF16, DType.Q8_0, 128, 66 * 128, 1 << 24), "17825792 bytes apart");
    }

    private static void assertReason(Launches plan, String reason) {
        assertTrue(names(plan).getFirst().matches("gemm_(f32|f16|bf16)_q8_0|gemm_bf16_q4_0"), names(plan)::toString);
        assertTrue(plan.because().contains(reason), plan.because());
    }
}
