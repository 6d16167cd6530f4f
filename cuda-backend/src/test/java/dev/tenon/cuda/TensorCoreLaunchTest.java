package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.Graph;
import dev.tenon.Tensor;
import dev.tenon.kernels.cuda.TensorMap;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionBackward;
import dev.tenon.op.AttentionParameters;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import dev.tenon.op.PagedAttention;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Products (Hopper's in {@link HopperProductsTest}) and attention on the kernels for tensor cores, down to the driver's calls, and the reasons where they do not apply. */
class TensorCoreLaunchTest extends LaunchFixture {
    private int zeroed() {
        return driver.faults.calls().getOrDefault("cuMemsetD8Async", 0);
    }

    @Test
    void allOfHoppersAttention() {
        for (DType type : List.of(DType.BF16, DType.F16)) {
            for (long head : new long[] {64, 80, 96, 128, 256}) {
                Tensor query = tensor(type, 2, 300, 6, head).transpose(1, 2);
                Tensor key = tensor(type, 2, 300, 2, head).transpose(1, 2);
                Tensor out = tensor(type, 2, 6, 300, head);
                AttentionParameters full = AttentionParameters.full(head);
                assertEquals(
                        List.of("attention_hopper_" + (type == DType.BF16 ? "bf16_" : "f16_") + head),
                        kernels(new Attention(query, key, key, null, null, full, out, null)));
            }
        }
    }

    /** What {@link RecordingDriver} refuses of a map, each with the one thing changed that is wrong. */
    @Test
    void tensorMapsThatTheDriverWouldRefuse() {
        List<Long> sizes = List.of(64L, 10L, 1L);
        List<Long> strides = List.of(128L, 1280L);
        List<Integer> box = List.of(64, 10, 1);
        RecordedTensorMap.check(0x1040, new TensorMap(TensorMap.Element.BF16, 0, sizes, strides, box), 0x2010);
        assertEquals(Optional.empty(), new TensorMap(TensorMap.Element.BF16, 0, sizes, strides, box).problem());
        assertRefused(0x1020, new TensorMap(TensorMap.Element.BF16, 0, sizes, strides, box), 0x2010);
        assertRefused(0x1040, new TensorMap(TensorMap.Element.BF16, 0, sizes, strides, box), 0x2008);
        assertRefused(0x1040, new TensorMap(TensorMap.Element.BF16, 0, sizes, List.of(120L, 1280L), box), 0x2010);
        assertRefused(0x1040, new TensorMap(TensorMap.Element.BF16, 0, sizes, List.of(0L, 1280L), box), 0x2010);
        assertRefused(0x1040, new TensorMap(TensorMap.Element.BF16, 0, sizes, List.of(128L, 1L << 40), box), 0x2010);
        assertRefused(0x1040, new TensorMap(TensorMap.Element.BF16, 0, List.of(64L, 0L, 1L), strides, box), 0x2010);
        assertRefused(0x1040, new TensorMap(TensorMap.Element.BF16, 0, sizes, strides, List.of(64, 257, 1)), 0x2010);
        assertRefused(0x1040, new TensorMap(TensorMap.Element.BF16, 0, sizes, strides, List.of(128, 10, 1)), 0x2010);
        assertEquals(
                9 * 128 + 128, RecordedTensorMap.extent(new TensorMap(TensorMap.Element.BF16, 0, sizes, strides, box)));
    }

    /** The plan sees what is wrong with a map itself before the driver does. */
    private static void assertRefused(long to, TensorMap map, long pointer) {
        assertEquals(to == 0x1040 && pointer == 0x2010, map.problem().isPresent(), map.toString());
        assertThrows(AssertionError.class, () -> RecordedTensorMap.check(to, map, pointer));
    }

    @Test
    void theProfileSaysWhyAProductIsNotHoppers() {
        Matmul small = matmul(DType.BF16, 100, 300, 64);
        assertTrue(
                profiled(small).endsWith("by gemm_bf16_kk_64 (3 of Hopper's tiles, too few for 132 multiprocessors)"),
                profiled(small));
        Tensor across = tensor(DType.BF16, 2048, 2048).transpose();
        Matmul layout = new Matmul(
                across, tensor(DType.BF16, 2048, 2048).transpose(), Epilogue.NONE, tensor(DType.BF16, 2048, 2048));
        assertTrue(
                profiled(layout)
                        .endsWith("by gemm_bf16_mk_128 (Hopper's kernels do not take a along m with b along k)"),
                profiled(layout));
    }

    @Test
    void onAnA100ItGoesToWarps() {
        change(RecordingDriver.ampere(Simulation.MEMORY));
        assertEquals(List.of("gemm_bf16_kk_128"), kernels(matmul(DType.BF16, 8192, 8192, 8192)));
        assertEquals(65536, driver.launches.getLast().grid().sharedBytes());
        assertFalse(driver.faults.calls().containsKey("cuTensorMapEncodeTiled"));
    }

    @Test
    void aDriverOfCuda11HasNoTensorMaps() {
        RecordingDriver older = RecordingDriver.hopper(1, Simulation.MEMORY);
        older.version = 11080;
        change(older);
        assertEquals(List.of("gemm_bf16_kk_128"), kernels(matmul(DType.BF16, 8192, 8192, 8192)));
    }

    @Test
    void aDriverBeforeCuda114HasThePortableKernels() {
        RecordingDriver older = RecordingDriver.hopper(1, Simulation.MEMORY);
        older.version = 11020;
        change(older);
        Matmul op = matmul(DType.BF16, 256, 256, 256);
        assertTrue(kernels(op).stream().noneMatch(name -> name.startsWith("gemm")));
        assertTrue(profiled(op).endsWith("by portable: the driver is for CUDA 11.2, 11.4 is needed"), profiled(op));
    }

    @Test
    void unalignedLinesGoToThePortableKernelAndTheProfileSaysWhy() {
        Tensor a = tensor(DType.BF16, 64, 65).slice(1, 0, 64);
        Matmul op = new Matmul(a, tensor(DType.BF16, 64, 48), Epilogue.NONE, tensor(DType.BF16, 64, 48));
        assertTrue(kernels(op).stream().noneMatch(name -> name.startsWith("gemm")));
        assertTrue(profiled(op).endsWith(" by portable: lines of a do not start on 16-byte addresses"), profiled(op));
    }

    @Test
    void productsOfWideOperandsAreThreeOfTf32() {
        assertEquals(List.of("gemm_tf32_kk_128"), kernels(matmul(DType.F32, 2048, 2048, 256)));
        assertEquals(98304, driver.launches.getLast().grid().sharedBytes());
        assertEquals(List.of("gemm_tf32_kk_64"), kernels(matmul(DType.F32, 256, 256, 256)));
        assertEquals(List.of("rows_f32_4"), kernels(matmul(DType.F32, 3, 256, 256)));
        assertEquals(
                "to F32's precision, as three of TF32",
                backend.properties().details().get("products of F32"));
    }

    /** Every type beside F32, how the weight lies, and both tiles: the conformance suite's cases have smaller ones. */
    @Test
    void productsOfF32AndSixteenBits() {
        change(RecordingDriver.ampere(Simulation.MEMORY));
        for (DType type : List.of(DType.BF16, DType.F16)) {
            String name = type == DType.BF16 ? "bf16" : "f16";
            for (long m : new long[] {100, 2100}) {
                String tile = m < 1000 ? "_64" : "_128";
                Tensor x = tensor(DType.F32, m, 264);
                Tensor weight = tensor(type, 1030, 264).transpose();
                Tensor narrow = tensor(type, m, 264);
                Tensor wide = tensor(DType.F32, 264, 1032);
                Tensor out = tensor(DType.F32, m, 1032);
                assertEquals(
                        List.of("gemm_f32_" + name + "_kk" + tile),
                        kernels(new Matmul(x, weight, Epilogue.NONE, tensor(type, m, 1030))));
                assertEquals(
                        List.of("gemm_f32_" + name + "_kn" + tile),
                        kernels(new Matmul(x, tensor(type, 264, 1032), Epilogue.NONE, out)));
                assertEquals(
                        List.of("gemm_" + name + "_f32_kk" + tile),
                        kernels(new Matmul(narrow, tensor(DType.F32, 1032, 264).transpose(), Epilogue.NONE, out)));
                assertEquals(
                        List.of("gemm_" + name + "_f32_kn" + tile),
                        kernels(new Matmul(narrow, wide, Epilogue.NONE, out)));
            }
        }
    }

    @Test
    void fewRowsAndQuantizedWeights() {
        assertEquals(List.of("rows_bf16_1"), kernels(matmul(DType.BF16, 1, 4096, 4096)));
        Tensor weight = tensor(DType.Q4_K, 512, 1024).transpose();
        Matmul few = new Matmul(tensor(DType.F32, 5, 1024), weight, Epilogue.NONE, tensor(DType.F32, 5, 512));
        assertEquals(List.of("rows_q4_k_8"), kernels(few));
        Matmul many = new Matmul(tensor(DType.BF16, 300, 1024), weight, Epilogue.NONE, tensor(DType.BF16, 300, 512));
        assertEquals(List.of("gemm_bf16_q4_k"), kernels(many));
        Matmul wide = new Matmul(tensor(DType.F32, 300, 1024), weight, Epilogue.NONE, tensor(DType.F32, 300, 512));
        assertEquals(List.of("gemm_f32_q4_k"), kernels(wide));
    }

    /** A prompt over a paged cache: keys are copied in boxes of a page, whose places the kernel looks up. */
    @Test
    void promptsOverPagesGoToHoppersWarpgroups() {
        Tensor pages = tensor(DType.BF16, 64, 16, 4, 96);
        PagedAttention op = new PagedAttention(
                tensor(DType.BF16, 4, 16, 100, 96),
                pages,
                pages,
                Tensor.zeros(device, DType.I32, 4, 16),
                Tensor.zeros(device, DType.I32, 4),
                AttentionParameters.causal(96),
                tensor(DType.BF16, 4, 16, 100, 96),
                null);
        assertEquals(List.of("attention_hopper_bf16_96"), kernels(op));
        SimulatedStream.Launch launch = driver.launches.getLast();
        assertEquals(
                ((CudaBuffer) pages.buffer()).pointer(),
                RecordedTensorMap.pointer(launch.values().get(1)));
        assertEquals(
                2L * 64 * 16 * 4 * 96, RecordedTensorMap.bytes(launch.values().get(1)));
    }

    /** 16 query heads over 4 heads of keys, one position each. */
    private PagedAttention decode() {
        return new PagedAttention(
                tensor(DType.BF16, 1, 16, 1, 128),
                tensor(DType.BF16, 64, 64, 4, 128),
                tensor(DType.BF16, 64, 64, 4, 128),
                Tensor.zeros(device, DType.I32, 1, 64),
                Tensor.zeros(device, DType.I32, 1),
                AttentionParameters.causal(128),
                tensor(DType.BF16, 1, 16, 1, 128),
                null);
    }

    @Test
    void decodeOverAPagedCacheIsSplitAndCountsFromZero() {
        PagedAttention op = decode();
        assertEquals(List.of("attention_bf16_decode_128"), kernels(op));
        assertTrue(driver.launches.getLast().grid().z() > 1, "parts of the cache");
        assertEquals(1, zeroed());
        kernels(op);
        assertEquals(1, zeroed(), "before each run");
    }

    @Test
    void aGraphWithThemIsReplayedAndChangedInPlace() {
        Matmul first = matmul(DType.BF16, 2048, 2048, 64);
        Matmul second = matmul(DType.BF16, 2048, 2048, 128);
        PagedAttention attention = decode();
        Runnable steps = () -> {
            device.execute(first);
            device.execute(attention);
        };
        try (Graph graph = device.capture(steps)) {
            driver.launches.clear();
            graph.replay();
            graph.replay();
            device.synchronize();
            List<String> once = List.of("gemm_hopper_pair_bf16_kk_128", "attention_bf16_decode_128");
            assertEquals(
                    List.of(once.get(0), once.get(1), once.get(0), once.get(1)),
                    driver.launches.stream().map(driver::kernel).toList());
            driver.faults.forget();
            graph.recapture(() -> {
                device.execute(second);
                device.execute(attention);
            });
            assertFalse(driver.faults.calls().containsKey("cuGraphInstantiate"));
            driver.launches.clear();
            graph.replay();
            device.synchronize();
            assertEquals(
                    ((CudaBuffer) second.a().buffer()).pointer(),
                    RecordedTensorMap.pointer(
                            driver.launches.getFirst().values().getFirst()));
        }
    }

    @Test
    void attentionAndItsGradient() {
        Tensor query = tensor(DType.F16, 2, 8, 512, 64);
        Tensor key = tensor(DType.F16, 2, 2, 512, 64);
        Tensor value = tensor(DType.F16, 2, 2, 512, 64);
        Tensor out = tensor(DType.F16, 2, 8, 512, 64);
        Tensor sums = tensor(DType.F32, 2, 8, 512);
        AttentionParameters causal = AttentionParameters.causal(64);
        assertEquals(
                List.of("attention_hopper_f16_64"),
                kernels(new Attention(query, key, value, null, null, causal, out, sums)));
        assertEquals(3, driver.faults.calls().get("cuTensorMapEncodeTiled"));
        AttentionBackward backward = new AttentionBackward(
                query,
                key,
                value,
                null,
                causal,
                out,
                sums,
                tensor(DType.F16, 2, 8, 512, 64),
                tensor(DType.F16, 2, 8, 512, 64),
                tensor(DType.F16, 2, 2, 512, 64),
                tensor(DType.F16, 2, 2, 512, 64));
        assertEquals(
                List.of("backward_hopper_f16_rows", "backward_hopper_f16_queries_64", "backward_hopper_f16_keys_64"),
                kernels(backward));
        Tensor mask = tensor(DType.F32, 512, 512);
        Attention masked = new Attention(query, key, value, mask, null, causal, out, sums);
        assertTrue(
                profiled(masked).endsWith(" by attention_f16_rows_64 (no kernel for sm_90a adds a mask)"),
                profiled(masked));
        Tensor odd = tensor(DType.F16, 2, 8, 512, 48);
        assertTrue(profiled(new Attention(odd, odd, odd, null, null, causal, tensor(DType.F16, 2, 8, 512, 48), null))
                .contains("by portable: heads of 48"));
    }
}
