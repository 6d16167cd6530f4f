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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * Every case of the conformance suite down to the driver's calls, eagerly and as a graph. No kernel runs, so no result is looked at:
 * the {@link RecordingDriver} holds each launch to the device's limits, to the parameters of its PTX and to memory that is there.
 * That the same kernels, planned alike, give right results is what the OpenCL backend's tests show.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LaunchConformanceTest {
    private final RecordingDriver driver = RecordingDriver.hopper(1, Simulation.MEMORY);
    private CudaDevice backend;
    private Device device;

    @BeforeAll
    void open() {
        backend = Simulation.open(driver, Configuration.DEFAULT).getFirst();
        device = Simulation.device(backend);
    }

    @AfterAll
    void close() {
        backend.close();
        driver.assertNothingIsLeft();
    }

    @TestFactory
    Stream<DynamicNode> operators() {
        Map<String, List<DynamicNode>> groups = new LinkedHashMap<>();
        for (OpCase test : OpCases.all()) {
            if (test.op() != CustomOp.class) {
                groups.computeIfAbsent(test.op().getSimpleName(), name -> new ArrayList<>())
                        .add(DynamicTest.dynamicTest(test.name(), () -> run(test)));
            }
        }
        assertTrue(groups.size() >= 36, groups.keySet().toString());
        return groups.entrySet().stream()
                .map(group -> DynamicContainer.dynamicContainer(group.getKey(), group.getValue()));
    }

    private void run(OpCase test) {
        long before = backend.memory().used();
        try (BoundCase bound = test.bind(device, 1)) {
            driver.launches.clear();
            device.execute(bound.op());
            device.synchronize();
            int eager = driver.launches.size();
            try (Graph graph = device.capture(() -> device.execute(bound.op()))) {
                graph.replay();
                device.synchronize();
            }
            assertEquals(2 * eager, driver.launches.size(), "a graph's launches are those of its operators");
        }
        assertEquals(before, backend.memory().used(), "memory that was not given back");
    }
}
