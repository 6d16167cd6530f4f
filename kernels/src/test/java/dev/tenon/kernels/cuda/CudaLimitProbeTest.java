package dev.tenon.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.conformance.reference.ReferenceDevice;
import dev.tenon.error.DeviceException;
import dev.tenon.kernels.plan.ProbeChains;
import dev.tenon.memory.HostBuffer;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.DeviceLimits;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The probe over host memory: what its kernels write is written here, with the sums that probe_test.cc finds when it runs the kernels
 * themselves.
 */
class CudaLimitProbeTest {
    private static final CudaTraits A100 = new CudaTraits(8, 0, 2, 163 * 1024);
    private static final CudaTraits H100 = new CudaTraits(9, 0, 2, 227 * 1024);

    private final Set<String> run = new TreeSet<>();

    private DeviceLimits measure(CudaTraits traits, String wrong) {
        try (ReferenceDevice device = new ReferenceDevice(4 << 20)) {
            DeviceLimits limits = CudaLimitProbe.measure(device, traits, launch -> run(launch, wrong));
            assertEquals(0, device.memory().used());
            return limits;
        } finally {
            assertEquals(
                    Set.of(), wrong.isEmpty() ? Set.of() : difference(Set.of(wrong), run), "a kernel that is not run");
        }
    }

    private static Set<String> difference(Set<String> of, Set<String> without) {
        Set<String> left = new TreeSet<>(of);
        left.removeAll(without);
        return left;
    }

    /** @param wrong the kernel that leaves something out */
    private void run(CudaLaunch launch, String wrong) {
        String name = launch.kernel().name();
        run.add(name);
        assertEquals(PtxEntries.of(launch.kernel().ptx()).get(name), PtxEntries.sizes(launch.arguments()), name);
        assertEquals(256, launch.threads());
        boolean isRight = !name.equals(wrong);
        switch (name) {
            case "probe_multiply_add" -> chains(launch, isRight);
            case "probe_mma_bf16", "probe_mma_f16" -> products(launch, 32, isRight ? -3695 : -3694);
            case "probe_mma_tf32" -> products(launch, 32, isRight ? -1736 : 0);
            case "probe_wgmma_bf16", "probe_wgmma_f16" -> {
                assertEquals(82944, launch.sharedBytes());
                products(launch, 256, isRight ? -349935 : -349934);
            }
            case "probe_fill" -> fill(launch, isRight);
            case "probe_read" -> read(launch, isRight);
            case "probe_copy" -> copy(launch, isRight);
            default -> throw new AssertionError(name);
        }
    }

    private static MemorySegment memory(CudaLaunch launch, int argument) {
        DeviceBuffer buffer = ((CudaArgument.Memory) launch.arguments().get(argument)).buffer();
        return ((HostBuffer) buffer).segment();
    }

    private static long value(CudaLaunch launch, int argument) {
        return ((CudaArgument.Value) launch.arguments().get(argument)).bits();
    }

    private static void chains(CudaLaunch launch, boolean isRight) {
        MemorySegment out = memory(launch, 0);
        assertEquals(launch.gridX() * 256 * Float.BYTES, out.byteSize());
        assertEquals(ProbeChains.STEPS, value(launch, 3));
        float sum = ProbeChains.sum(16);
        for (long i = 0; i < launch.gridX() * 256; i++) {
            out.setAtIndex(ValueLayout.JAVA_FLOAT, i, isRight || i != 300 ? sum : sum * 0.9999f);
        }
    }

    private static void products(CudaLaunch launch, int together, int ofPair) {
        MemorySegment out = memory(launch, 0);
        for (long i = 0; i < launch.gridX() * 256; i++) {
            int result = i % together == 3 ? ofPair * (int) value(launch, 1) : 0;
            out.setAtIndex(ValueLayout.JAVA_INT, i, result);
        }
    }

    private static void fill(CudaLaunch launch, boolean isRight) {
        MemorySegment data = memory(launch, 0);
        assertEquals(launch.gridX() * 256 * 16, data.byteSize());
        for (int i = 0; i < data.byteSize() / 4 - (isRight ? 0 : 4); i++) {
            data.setAtIndex(ValueLayout.JAVA_INT, i, i * 0x9E3779B1);
        }
    }

    private static void read(CudaLaunch launch, boolean isRight) {
        long piece = value(launch, 2);
        assertEquals(0, piece % 4096);
        for (long block = 0; block < launch.gridX(); block++) {
            int sum = isRight ? 0 : 1;
            for (long i = 0; i < piece; i++) {
                sum += memory(launch, 0).getAtIndex(ValueLayout.JAVA_INT, block * piece + i);
            }
            memory(launch, 1).asSlice(block * 1024, 1024).fill((byte) 0);
            memory(launch, 1).setAtIndex(ValueLayout.JAVA_INT, block * 256 + 7, sum);
        }
    }

    private static void copy(CudaLaunch launch, boolean isRight) {
        long bytes = launch.gridX() * value(launch, 2) * 4 - (isRight ? 0 : 16);
        MemorySegment.copy(memory(launch, 0), 0, memory(launch, 1), 0, bytes);
    }

    @Test
    void everyLimitOfADeviceForMmaSync() {
        DeviceLimits limits = measure(A100, "");
        assertTrue(limits.flops() > 0
                && limits.readBytes() > 0
                && limits.copyBytes().orElseThrow() > 0);
        assertTrue(limits.flops(DType.BF16) != limits.flops() && limits.flops(DType.BF16) > 0);
        assertEquals(limits.flops(DType.BF16), limits.flops(DType.Q4_K), "weights are multiplied as BF16");
        assertTrue(limits.productFlops().containsKey(DType.F16));
        assertTrue(limits.productFlops().containsKey(DType.F32));
        assertEquals(
                Set.of(
                        "probe_multiply_add",
                        "probe_mma_bf16",
                        "probe_mma_f16",
                        "probe_mma_tf32",
                        "probe_fill",
                        "probe_read",
                        "probe_copy"),
                run);
    }

    @Test
    void whereTf32IsNotFasterF32StaysOffTensorCores() {
        DeviceLimits limits = measure(new CudaTraits(8, 6, 2, 99 * 1024), "");
        assertEquals(limits.flops(), limits.flops(DType.F32));
        assertFalse(run.contains("probe_mma_tf32"));
    }

    @Test
    void roundedProductsHaveTheirOwnPeak() {
        CudaTraits rounding = new CudaTraits(8, 6, 2, 99 * 1024, true);
        DeviceLimits limits = measure(rounding, "");
        assertTrue(run.contains("probe_mma_tf32"));
        assertTrue(limits.productFlops().containsKey(DType.F32));
        DeviceException error = assertThrows(DeviceException.class, () -> measure(rounding, "probe_mma_tf32"));
        assertTrue(error.getMessage().contains("probe_mma_tf32"), error.getMessage());
    }

    @Test
    void hoppersAreThoseOfWgmma() {
        measure(H100, "");
        assertTrue(run.containsAll(Set.of("probe_wgmma_bf16", "probe_wgmma_f16")));
        assertFalse(run.contains("probe_mma_bf16"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "probe_multiply_add",
                "probe_wgmma_bf16",
                "probe_wgmma_f16",
                "probe_fill",
                "probe_read",
                "probe_copy"
            })
    void aKernelThatLeavesWorkOutIsFoundOut(String wrong) {
        DeviceException error = assertThrows(DeviceException.class, () -> measure(H100, wrong));
        assertTrue(error.getMessage().contains("must be"), error.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"probe_mma_bf16", "probe_mma_f16", "probe_mma_tf32"})
    void soIsOneForWarps(String wrong) {
        DeviceException error = assertThrows(DeviceException.class, () -> measure(A100, wrong));
        assertTrue(error.getMessage().contains(wrong), error.getMessage());
    }
}
