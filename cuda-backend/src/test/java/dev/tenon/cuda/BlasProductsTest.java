package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Device;
import dev.tenon.conformance.BoundCase;
import dev.tenon.conformance.CaseRunner;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.OpCases;
import dev.tenon.cuda.blas.BlasUse;
import dev.tenon.op.Matmul;
import dev.tenon.profile.Profile;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * The conformance suite's products on a device whose cuBLAS is the documented meaning of its functions: results, bytes beside them,
 * graphs. So a wrong transpose, stride, leading dimension or epilogue is a wrong result here.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BlasProductsTest {
    private final RecordingDriver driver = RecordingDriver.hopper(1, Simulation.MEMORY);
    private final RecordingBlas blas = new RecordingBlas(driver);
    private final CudaDevice backend = Simulation.open(driver, blas, BlasUse.ALWAYS);
    private final Device device = Simulation.device(backend);
    private final Map<String, Integer> functions = new TreeMap<>();

    @AfterAll
    void close() {
        backend.close();
        driver.assertNothingIsLeft();
        blas.assertNothingIsLeft();
        assertTrue(functions.getOrDefault("cublasGemmEx", 0) > 300, functions.toString());
        assertTrue(functions.getOrDefault("cublasGemmStridedBatchedEx", 0) > 10, functions.toString());
        assertTrue(functions.getOrDefault("cublasLtMatmul", 0) > 20, functions.toString());
    }

    @TestFactory
    Stream<DynamicTest> conformance() {
        return OpCases.all().stream()
                .filter(test -> test.op() == Matmul.class)
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> run(test)));
    }

    private void run(OpCase test) {
        String function = function(test);
        functions.merge(function, 1, Integer::sum);
        if (function.startsWith("cublas")) {
            blas.products.clear();
            CaseRunner.run(test, device, 1).ifPresent(problem -> {
                throw new AssertionError(problem);
            });
            assertEquals(3, blas.products.size(), "twice at once and once captured");
        }
    }

    /** The first word of what the operator runs on. */
    private String function(OpCase test) {
        try (BoundCase bound = test.bindUnfilled(device);
                Profile profile = Profile.start()) {
            device.execute(bound.op());
            String operands = profile.spans().getLast().operands();
            return operands.substring(operands.lastIndexOf(" by ") + 4).split(" ")[0];
        }
    }
}
