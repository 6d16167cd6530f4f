package dev.tenon.conformance;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.tenon.Configuration;
import dev.tenon.Device;
import dev.tenon.Tenon;
import dev.tenon.op.Op;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.opentest4j.TestAbortedException;

/**
 * The suite that every backend runs. A backend's whole test is
 *
 * <pre>{@code
 * class CpuConformanceTest extends ConformanceSuite {
 *     @Override
 *     protected String deviceName() {
 *         return "cpu";
 *     }
 * }
 * }</pre>
 *
 * <p>System properties:
 *
 * <ul>
 *   <li>{@code tenon.require=cpu,opencl}: these devices must be there; any other that is missing is a skip.
 *   <li>{@code tenon.seed}: where random values start; a number, or {@code random} for another each time. A failure prints
 *       it.
 *   <li>{@code tenon.cases}: a regular expression; only cases whose names it finds are run.
 *   <li>{@code tenon.tiles=true}: also products of sizes at which GPUs choose their largest tiles; a minute more, for the reference.
 *   <li>{@code tenon.huge=false}: leaves out the tensors of more than 2^31 elements.
 *   <li>{@code tenon.report=FILE}: writes a report in Markdown, also where the process is ended early.
 * </ul>
 *
 * <p>At the end it prints how many tests ran, and what was skipped for which reason.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public abstract class ConformanceSuite {
    /** The suite's seed, from the system property. */
    protected static final long SEED = seed();

    private static final String CASES = System.getProperty("tenon.cases", "");

    private final RunReport report = new RunReport();
    private @Nullable Device device;
    private @Nullable AutoCloseable runtime;
    private @Nullable KeptReport kept;
    private String missing = "";

    /** The device's name as {@link Device#name()} gives it, or without the {@code :0} at its end. */
    protected abstract String deviceName();

    /** Opens the device; a device that is no service is made here. Empty if the machine has none. */
    protected Optional<Device> openDevice() {
        Tenon tenon = Tenon.open(configuration());
        runtime = tenon;
        missing = String.join("; ", tenon.reasons());
        return tenon.devices().stream()
                .filter(d -> d.name().equals(deviceName()) || d.name().equals(deviceName() + ":0"))
                .findFirst();
    }

    /** What the device is opened with. */
    protected Configuration configuration() {
        return Configuration.DEFAULT;
    }

    /**
     * What is run: every case there is. The author of a custom operator gives its own cases instead; then only these are run,
     * not what else the suite asks of a device.
     */
    protected List<OpCase> cases() {
        return Every.CASES;
    }

    private static final class Every {
        static final List<OpCase> CASES = OpCases.all();
    }

    private boolean asksAll() {
        return cases() == Every.CASES;
    }

    /**
     * Whether the device may answer that it does not support this operator, with these types, shapes and attributes. What
     * needs such an operator is skipped, with the device's reason; any other that the device refuses is a failure, so that
     * a device cannot forget one. Written apart from the device's own answer it says what the backend's author has promised.
     */
    protected boolean mayLack(Op op) {
        return false;
    }

    /** Whether a case is run: all are, unless a second subclass for the same device (other threads, other settings) chooses. */
    protected boolean includes(OpCase test) {
        return true;
    }

    @BeforeAll
    final void open() {
        Optional<Device> found = openDevice();
        if (found.isPresent()) {
            device = new Device(new LenientDevice(found.get().backend(), this::mayLack), configuration());
            String file = System.getProperty("tenon.report", "");
            if (!file.isEmpty()) {
                kept = new KeptReport(Path.of(file), report, device, SEED, CASES);
            }
        } else {
            String problem = "there is no device " + deviceName() + (missing.isEmpty() ? "" : ": " + missing);
            boolean required = Arrays.asList(
                            System.getProperty("tenon.require", "").split(","))
                    .contains(deviceName());
            if (required) {
                fail(problem + "; -Dtenon.require says there must be");
            }
            Assumptions.abort(problem);
        }
    }

    @AfterAll
    final void close() throws Exception {
        if (device != null) {
            report.print(deviceName());
        }
        if (kept != null) {
            kept.finish();
        }
        if (runtime != null) {
            runtime.close();
        } else if (device != null) {
            device.backend().close();
        }
    }

    /** The device under test. */
    protected final Device device() {
        Device open = device;
        if (open == null) {
            throw new IllegalStateException("not open");
        }
        return open;
    }

    /** Every case of every operator, in one container an operator. */
    @TestFactory
    @Order(2)
    Stream<DynamicNode> operators() {
        Map<String, List<DynamicNode>> groups = new LinkedHashMap<>();
        Pattern wanted = Pattern.compile(CASES);
        for (OpCase test : cases()) {
            if (includes(test) && wanted.matcher(test.toString()).find()) {
                String group = test.op().getSimpleName();
                groups.computeIfAbsent(group, name -> new ArrayList<>())
                        .add(report.counted(group, DynamicTest.dynamicTest(test.name(), () -> run(test))));
            }
        }
        return groups.entrySet().stream()
                .map(group -> DynamicContainer.dynamicContainer(group.getKey(), group.getValue()));
    }

    private void run(OpCase test) {
        try {
            CaseRunner.run(test, device(), SEED).ifPresent(problem -> fail(test + ": " + problem + hint(test)));
        } catch (RuntimeException e) {
            if (e instanceof TestAbortedException) {
                throw e;
            }
            throw new AssertionError(test + " failed: " + e + hint(test), e);
        }
    }

    private static String hint(OpCase test) {
        return " (again with -Dtenon.seed=%d -Dtenon.cases='\\Q%s\\E')".formatted(SEED, test);
    }

    private static long seed() {
        String property = System.getProperty("tenon.seed", "20260701");
        return property.equals("random") ? System.nanoTime() : Long.parseLong(property);
    }

    /** What a device owes beyond the right result of each operator. */
    @TestFactory
    @Order(1) // Its first test wants code that has not been compiled yet.
    Stream<DynamicNode> contract() {
        return asksAll() ? counted("contract", Contract.tests(device())) : Stream.empty();
    }

    /** Copies from and to another device. */
    @TestFactory
    @Order(3)
    Stream<DynamicNode> copies() {
        return asksAll() ? counted("copies", Copies.tests(device())) : Stream.empty();
    }

    /** Tensors past 2^31 elements. */
    @TestFactory
    @Order(4)
    Stream<DynamicNode> hugeTensors() {
        return asksAll() ? counted("huge tensors", HugeTensors.tests(device())) : Stream.empty();
    }

    /** A device that lacks all there is would pass by skipping. */
    @Test
    @Order(4)
    void somethingRan() {
        if (CASES.isEmpty()) {
            assertTrue(report.ran() > 0, () -> "nothing ran\n" + report.text(deviceName()));
        }
    }

    private Stream<DynamicNode> counted(String group, Stream<DynamicTest> tests) {
        return tests.map(test -> report.counted(group, test));
    }
}
