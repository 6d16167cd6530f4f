package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Products on Hopper's warpgroups down to the driver's calls: tiles, layouts, blocks in clusters, and the switches. */
class HopperProductsTest extends LaunchFixture {
    @Test
    void aLargeProductGoesToHoppersWarpgroups() {
        Matmul op = matmul(DType.BF16, 8192, 8192, 8192);
        assertEquals(List.of("gemm_hopper_pair_bf16_kk_256"), kernels(op));
        assertEquals(2, driver.faults.calls().get("cuTensorMapEncodeTiled"));
        SimulatedStream.Launch launch = driver.launches.getLast();
        assertTrue(launch.grid().sharedBytes() > 48 << 10);
        assertEquals(132, launch.grid().x());
        assertEquals(
                ((CudaBuffer) op.a().buffer()).pointer(),
                RecordedTensorMap.pointer(launch.values().getFirst()));
        assertEquals(2L * 8192 * 8192, RecordedTensorMap.bytes(launch.values().getFirst()));
        assertTrue(profiled(op).endsWith(" by gemm_hopper_pair_bf16_kk_256"), profiled(op));
    }

    /** The conformance suite's cases are too small for these: every type, layout and tile once. */
    @Test
    void allOfHoppersProducts() {
        // Nine rows of tiles are no pairs, ten are; those of 128 columns where others would be too few.
        for (DType type : List.of(DType.BF16, DType.F16)) {
            String name = type == DType.BF16 ? "bf16" : "f16";
            allLayouts(type, 1032, 1928, "gemm_hopper_" + name, "_128");
            allLayouts(type, 1032, 6664, "gemm_hopper_" + name, "_256");
            allLayouts(type, 1160, 1928, "gemm_hopper_pair_" + name, "_128");
            allLayouts(type, 1160, 6664, "gemm_hopper_pair_" + name, "_256");
        }
    }

    private void allLayouts(DType type, long m, long n, String name, String tile) {
        Tensor a = tensor(type, m, 136);
        Tensor across = tensor(type, 136, m).transpose();
        Tensor b = tensor(type, n, 136).transpose();
        Tensor wide = tensor(type, 136, n);
        Tensor out = tensor(DType.F32, m, n);
        assertEquals(List.of(name + "_kk" + tile), kernels(new Matmul(a, b, Epilogue.NONE, out)));
        assertEquals(List.of(name + "_kn" + tile), kernels(new Matmul(a, wide, Epilogue.NONE, out)));
        assertEquals(List.of(name + "_mn" + tile), kernels(new Matmul(across, wide, Epilogue.NONE, out)));
    }

    /** Those with planes or sums of the left operand have these written first, into memory that is given back. */
    @Test
    void allOfHoppersQuantizedProducts() {
        for (DType weight : DType.values()) {
            if (!weight.isQuantized()) {
                continue;
            }
            for (DType type : List.of(DType.BF16, DType.F16, DType.F32)) {
                Matmul op = new Matmul(
                        tensor(type, 1032, 768),
                        tensor(weight, 1288, 768).transpose(),
                        Epilogue.NONE,
                        tensor(DType.F32, 1032, 1288));
                String name = "gemm_quant_hopper_" + (type.name() + "_" + weight.name()).toLowerCase(Locale.ROOT);
                long used = backend.memory().used();
                List<String> kernels = kernels(op);
                assertEquals(used, backend.memory().used());
                assertEquals(name, kernels.getLast());
                boolean hasMinimums =
                        List.of(DType.Q4_1, DType.Q5_1, DType.Q4_K, DType.Q5_K).contains(weight);
                assertEquals(
                        hasMinimums || type == DType.F32, kernels.getFirst().equals("left_planes"));
                SimulatedStream.Launch launch = driver.launches.getLast();
                if (type == DType.F32) {
                    assertEquals(
                            2L * 3 * 1032 * 768,
                            RecordedTensorMap.bytes(launch.values().getFirst()));
                }
                if (hasMinimums) {
                    long stages = weight.blockSize() == 32 ? 6 : 3;
                    assertEquals(
                            2L * 1032 * stages * 32,
                            RecordedTensorMap.bytes(launch.values().get(1)));
                }
            }
        }
        Matmul few = new Matmul(
                tensor(DType.BF16, 300, 1024),
                tensor(DType.Q8_0, 512, 1024).transpose(),
                Epilogue.NONE,
                tensor(DType.BF16, 300, 512));
        assertTrue(
                profiled(few).endsWith("by gemm_bf16_q8_0 (12 of Hopper's tiles, too few for 132 multiprocessors)"),
                profiled(few));
    }

    @Test
    void wideRowsBySixteenBitWeights() {
        for (DType weight : List.of(DType.BF16, DType.F16)) {
            String name = "gemm_mixed_hopper_" + (weight == DType.BF16 ? "bf16" : "f16");
            Tensor a = tensor(DType.F32, 1032, 136);
            Tensor out = tensor(DType.F32, 1032, 1288);
            Tensor along = tensor(weight, 1288, 136).transpose();
            assertEquals(List.of("left_planes", name + "_k"), kernels(new Matmul(a, along, Epilogue.NONE, out)));
            Tensor across = tensor(weight, 136, 1288);
            assertEquals(List.of("left_planes", name + "_n"), kernels(new Matmul(a, across, Epilogue.NONE, out)));
            SimulatedStream.Launch launch = driver.launches.getLast();
            assertEquals(
                    2L * 3 * 1032 * 136, RecordedTensorMap.bytes(launch.values().getFirst()));
            assertEquals(
                    ((CudaBuffer) across.buffer()).pointer(),
                    RecordedTensorMap.pointer(launch.values().get(1)));
        }
    }

    /** To compare both on a device. */
    @Test
    void clustersCanBeSwitchedOff() {
        assertFalse(backend.properties().details().containsKey("clusters of blocks"));
        reopen("tenon.cuda.clusters", "false");
        assertEquals(List.of("gemm_hopper_bf16_kk_256"), kernels(matmul(DType.BF16, 8192, 8192, 8192)));
        assertEquals(
                "none (-Dtenon.cuda.clusters=false)",
                backend.properties().details().get("clusters of blocks"));
    }

    /** What {@link RecordingDriver} asks of a kernel's grid. */
    @Test
    void gridsAreWholeClusters() {
        String ptx = """
                .version 8.0
                .target sm_90a
                .visible .entry pairs(.param .u64 pairs_param_0)
                .maxntid 64
                .explicitcluster
                .reqnctapercluster 2, 3
                {
                }
                .visible .entry alone()
                {
                }
                """;
        Map<String, PtxText.Kernel> kernels = PtxText.kernels(ptx);
        PtxText.Kernel pairs = kernels.get("pairs");
        assertEquals(List.of(2, 3, 1), pairs.cluster());
        assertEquals(64, pairs.mostThreads());
        assertTrue(pairs.hasWholeClusters(new Driver.Grid(4, 3, 5, 64, 1, 1, 0)));
        assertFalse(pairs.hasWholeClusters(new Driver.Grid(5, 3, 5, 64, 1, 1, 0)));
        assertFalse(pairs.hasWholeClusters(new Driver.Grid(4, 4, 5, 64, 1, 1, 0)));
        assertEquals(List.of(1, 1, 1), kernels.get("alone").cluster());
    }

    @Test
    void wideOperandsAreCutToTf32WhereThatIsAskedFor() {
        reopen("tenon.cuda.tf32", "true");
        Matmul op = matmul(DType.F32, 2048, 2048, 256);
        assertEquals(List.of("gemm_hopper_pair_tf32_kk_128"), kernels(op));
        assertTrue(
                profiled(op).endsWith("by gemm_hopper_pair_tf32_kk_128 (operands are cut to TF32, as asked for)"),
                profiled(op));
        assertEquals(
                4L * 2048 * 256,
                RecordedTensorMap.bytes(driver.launches.getLast().values().getFirst()));
        Matmul wide = matmul(DType.F32, 2048, 4096, 256);
        assertEquals(List.of("gemm_hopper_pair_tf32_kk_256"), kernels(wide));
        Matmul across = new Matmul(
                tensor(DType.F32, 2048, 256),
                tensor(DType.F32, 256, 2048),
                Epilogue.NONE,
                tensor(DType.F32, 2048, 2048));
        assertEquals(List.of("gemm_tf32_rounded_kn_128"), kernels(across));
        assertEquals(98304, driver.launches.getLast().grid().sharedBytes());
        assertTrue(
                profiled(across)
                        .endsWith("by gemm_tf32_rounded_kn_128 (operands are rounded to TF32, as asked for; "
                                + "wgmma takes TF32 in lines along k alone)"),
                profiled(across));
        assertEquals(List.of("gemm_tf32_rounded_kk_64"), kernels(matmul(DType.F32, 256, 256, 256)));
        assertTrue(backend.properties().details().get("products of F32").startsWith("rounded to TF32"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tenon.cuda.tf32", "tenon.cuda.clusters"})
    void switchesAreTrueOrFalse(String property) {
        System.setProperty(property, "yes");
        try {
            InvalidArgumentException error = assertThrows(
                    InvalidArgumentException.class,
                    () -> Simulation.open(RecordingDriver.hopper(1, Simulation.MEMORY), Configuration.DEFAULT));
            assertEquals(property + " is yes; it can be true or false", error.getMessage());
        } finally {
            System.clearProperty(property);
        }
    }
}
