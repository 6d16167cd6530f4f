package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tensor;
import dev.tenon.error.DeviceException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.NativeCallException;
import dev.tenon.kernels.plan.ProbeChains;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryKind;
import dev.tenon.spi.BackendTuning;
import dev.tenon.spi.DeviceLimits;
import dev.tenon.spi.Discovery;
import dev.tenon.spi.Tunable;
import dev.tenon.spi.TuningStep;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a device is measured to reach, and what can be chosen of it. */
class LimitsAndTuningTest {
    /** One result of so many is the value, the others are zeros. */
    private static void write(SimulatedDevice device, List<byte[]> values, int stride, int value) {
        MemorySegment out = results(device, values, 0);
        for (long i = 0; i < out.byteSize() / 4; i++) {
            out.setAtIndex(ValueLayout.JAVA_INT, i, i % stride == 0 ? value : 0);
        }
    }

    private static MemorySegment results(SimulatedDevice device, List<byte[]> values, int parameter) {
        SimulatedDevice.Block block = device.at(LaunchValues.pointer(values.get(parameter)));
        return RecordedMemory.bytes(device, block.address, block.bytes, "a probe");
    }

    /** Gives the probes' kernels the results that they must have on 1 GiB: see CudaLimitProbeTest. */
    private static RecordingDriver computing(RecordingDriver driver) {
        driver.meanings.put(
                "probe_multiply_add",
                (device, values) -> write(device, values, 1, Float.floatToRawIntBits(ProbeChains.sum(16))));
        for (String type : List.of("bf16", "f16")) {
            driver.meanings.put("probe_mma_" + type, (device, values) -> write(device, values, 32, -3695 * 2048));
            driver.meanings.put("probe_wgmma_" + type, (device, values) -> write(device, values, 256, -349935 * 1024));
        }
        driver.meanings.put("probe_mma_tf32", (device, values) -> write(device, values, 32, -1736 * 2048));
        long count = (1L << 30) / 4;
        driver.meanings.put(
                "probe_read",
                (device, values) -> results(device, values, 1).fill((byte) 0).setAtIndex(ValueLayout.JAVA_INT, 0, (int)
                        (count * (count - 1) / 2 * 2654435761L)));
        return driver;
    }

    private static Optional<DeviceLimits> measured(RecordingDriver driver) {
        CudaDevice device = Simulation.open(driver, Configuration.DEFAULT).getFirst();
        try {
            return device.measureLimits();
        } finally {
            assertEquals(0, device.memory().used());
            device.close();
            driver.assertNothingIsLeft();
        }
    }

    private static Set<String> kernels(RecordingDriver driver) {
        Set<String> names = new TreeSet<>();
        driver.launches.forEach(launch -> names.add(driver.kernel(launch)));
        return names;
    }

    @Test
    void tensorCoresAreMeasuredByWhatTheDeviceHas() {
        for (boolean isHopper : new boolean[] {true, false}) {
            RecordingDriver driver = computing(
                    isHopper
                            ? RecordingDriver.hopper(1, Simulation.MEMORY)
                            : RecordingDriver.ampere(Simulation.MEMORY));
            CudaDevice device = Simulation.open(driver, Configuration.DEFAULT).getFirst();
            DeviceLimits limits = device.measureLimits().orElseThrow();
            String products = isHopper ? "probe_wgmma_" : "probe_mma_";
            assertEquals(
                    Set.of(
                            "probe_copy",
                            "probe_fill",
                            products + "bf16",
                            products + "f16",
                            "probe_mma_tf32",
                            "probe_multiply_add",
                            "probe_read"),
                    kernels(driver));
            assertTrue(limits.flops(DType.BF16) > 0 && limits.copyBytes().orElseThrow() > 0);
            assertEquals(0, device.memory().used());
            device.close();
            driver.assertNothingIsLeft();
        }
    }

    @Test
    void aDeviceThatComputesNothingIsAnError() {
        RecordingDriver driver = RecordingDriver.hopper(1, Simulation.MEMORY);
        DeviceException error = assertThrows(DeviceException.class, () -> measured(driver));
        assertTrue(error.getMessage().contains("multiply-adds gave NaN"), error.getMessage());
    }

    @Test
    void aCallThatFailsLeavesNothingBehind() {
        for (String function :
                List.of("cuMemAllocFromPoolAsync", "cuModuleLoadDataEx", "cuLaunchKernel", "cuMemcpyDtoHAsync")) {
            for (int call = 1; call <= 4; call++) {
                RecordingDriver driver = computing(RecordingDriver.hopper(1, Simulation.MEMORY));
                int nth = function.equals("cuModuleLoadDataEx") ? Math.min(call, 2) : call;
                CudaDevice device =
                        Simulation.open(driver, Configuration.DEFAULT).getFirst();
                driver.faults.fail(function, nth, 1);
                NativeCallException error = assertThrows(NativeCallException.class, device::measureLimits);
                assertEquals(function, error.function());
                assertEquals(0, device.memory().used());
                device.close();
                driver.assertNothingIsLeft();
            }
        }
    }

    @Test
    void anOldDriverHasNoProbe() {
        RecordingDriver driver = RecordingDriver.hopper(1, Simulation.MEMORY);
        driver.version = 11020;
        assertEquals(Optional.empty(), measured(driver));
    }

    @Test
    void whatLaunchesAreGivenCanBeChosen() {
        RecordingDriver driver = RecordingDriver.hopper(1, Simulation.MEMORY);
        CudaDevice device = Simulation.open(driver, Configuration.DEFAULT).getFirst();
        BackendTuning tuning = device.tuning().orElseThrow();
        for (TuningStep step : tuning.steps()) {
            for (Map<String, Integer> values : step.candidates()) {
                tuning.open(values).close();
            }
        }
        assertEquals(
                List.of("attention's tiles", "attention's parts", "groups of elements"),
                tuning.steps().stream().map(TuningStep::name).toList());
        CudaDevice other = (CudaDevice) tuning.open(Map.of("element-group", 256));
        Device tuned = Simulation.device(other);
        // Four elements an item.
        try (Tensor tensor = Tensor.empty(tuned, DType.F32, 4000)) {
            tuned.execute(new Unary(UnaryKind.EXP, tensor, tensor));
            assertEquals(256, driver.launches.getLast().grid().threadsX());
            assertEquals(4, driver.launches.getLast().grid().x());
        }
        other.close();
        InvalidArgumentException error =
                assertThrows(InvalidArgumentException.class, () -> tuning.open(Map.of("tile", 32)));
        assertTrue(error.getMessage().contains("compiled ahead of time"), error.getMessage());
        device.close();
        driver.assertNothingIsLeft();
    }

    @Test
    void tablesAreByDeviceAndDriver(@TempDir Path folder) throws IOException {
        String before = System.getProperty("tenon.tuning", "");
        Path table = folder.resolve("tuning.json");
        System.setProperty("tenon.tuning", table.toString());
        try {
            RecordingDriver driver = RecordingDriver.hopper(1, Simulation.MEMORY);
            CudaDevice device = Simulation.open(driver, Configuration.DEFAULT).getFirst();
            device.tuning().orElseThrow().keep(Map.of("element-group", 64));
            device.close();
            CudaDevice again = Simulation.open(driver, Configuration.DEFAULT).getFirst();
            Tunable chosen = again.tuning().orElseThrow().tunables().stream()
                    .filter(each -> each.name().equals("element-group"))
                    .findFirst()
                    .orElseThrow();
            assertEquals(64, chosen.value());
            assertEquals(table.toString(), chosen.source());
            assertTrue(again.properties().details().get("tuning").contains("element-group 64"));
            again.close();
            Files.writeString(table, Files.readString(table).replace("64", "65"));
            Discovery found = CudaBackend.discover(() -> driver, Configuration.DEFAULT);
            assertEquals(List.of(), found.devices());
            assertTrue(found.reasons().getFirst().contains("element-group"), found.reasons()::toString);
            driver.assertNothingIsLeft();
        } finally {
            System.setProperty("tenon.tuning", before);
        }
    }
}
