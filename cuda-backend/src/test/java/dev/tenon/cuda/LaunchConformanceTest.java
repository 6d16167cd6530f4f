package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.Device;
import dev.tenon.Graph;
import dev.tenon.conformance.BoundCase;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.OpCases;
import dev.tenon.op.CustomOp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * Every case of the conformance suite down to the driver's calls, eagerly and as a graph. No kernel runs, so no result is looked at:
 * the {@link RecordingDriver} holds each launch to the device's limits, to the parameters of its PTX and to memory that is there.
 * That the portable kernels, planned alike, give right results is what the OpenCL backend's tests show; those for tensor cores run
 * in an emulation, in the kernels module's tests.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LaunchConformanceTest {
    /** Some of the kernels that the suite's cases come to. */
    private static final List<String> ON_TENSOR_CORES = List.of(
            "gemm_bf16_kk_64",
            "gemm_f16_kn_64",
            "gemm_bf16_mk_64",
            "gemm_f32_q4_k",
            "gemm_f32_bf16_kk_64",
            "gemm_f16_f32_kn_64",
            "gemm_tf32_kk_64",
            "gemm_tf32_mn_64",
            "gemm_bf16_q8_0",
            "rows_f32_1",
            "rows_q6_k_8",
            "attention_bf16_rows_64",
            "attention_f16_decode_64",
            "attention_hopper_bf16_80",
            "attention_hopper_f16_256",
            "backward_hopper_bf16_queries_96",
            "backward_hopper_f16_keys_128",
            "backward_bf16_values_256");

    private final Simulated hopper = Simulated.open(RecordingDriver.hopper(1, Simulation.MEMORY));
    private final Simulated ampere = Simulated.open(RecordingDriver.ampere(Simulation.MEMORY));
    private final Set<String> kernels = new TreeSet<>();

    private record Simulated(RecordingDriver driver, CudaDevice backend, Device device) {
        static Simulated open(RecordingDriver driver) {
            CudaDevice backend = Simulation.open(driver, Configuration.DEFAULT).getFirst();
            return new Simulated(driver, backend, Simulation.device(backend));
        }

        void close() {
            backend.close();
            driver.assertNothingIsLeft();
        }
    }

    @AfterAll
    void close() {
        hopper.close();
        ampere.close();
        assertTrue(kernels.containsAll(ON_TENSOR_CORES), kernels.toString());
    }

    @TestFactory
    Stream<DynamicNode> onHopper() {
        return operators(hopper);
    }

    @TestFactory
    Stream<DynamicNode> onAmpere() {
        return operators(ampere);
    }

    private Stream<DynamicNode> operators(Simulated on) {
        Map<String, List<DynamicNode>> groups = new LinkedHashMap<>();
        for (OpCase test : OpCases.all()) {
            if (test.op() != CustomOp.class) {
                groups.computeIfAbsent(test.op().getSimpleName(), name -> new ArrayList<>())
                        .add(DynamicTest.dynamicTest(test.name(), () -> run(test, on)));
            }
        }
        assertTrue(groups.size() >= 36, groups.keySet().toString());
        return groups.entrySet().stream()
                .map(group -> DynamicContainer.dynamicContainer(group.getKey(), group.getValue()));
    }

    private void run(OpCase test, Simulated on) {
        long before = on.backend.memory().used();
        try (BoundCase bound = test.bind(on.device, 1)) {
            RecordingDriver driver = on.driver;
            Device device = on.device;
            driver.launches.clear();
            device.execute(bound.op());
            device.synchronize();
            int eager = driver.launches.size();
            driver.launches.forEach(launch -> kernels.add(driver.kernel(launch)));
            try (Graph graph = device.capture(() -> device.execute(bound.op()))) {
                graph.replay();
                device.synchronize();
            }
            assertEquals(2 * eager, driver.launches.size(), "a graph's launches are those of its operators");
        }
        assertEquals(before, on.backend.memory().used(), "memory that was not given back");
    }
}
