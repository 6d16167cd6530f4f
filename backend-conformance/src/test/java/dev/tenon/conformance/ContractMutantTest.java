package dev.tenon.conformance;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.tenon.Configuration;
import dev.tenon.Device;
import dev.tenon.conformance.reference.Expected;
import dev.tenon.conformance.reference.Reference;
import dev.tenon.conformance.reference.ReferenceDevice;
import dev.tenon.error.OutOfDeviceMemoryException;
import dev.tenon.memory.HostBuffer;
import dev.tenon.op.Binary;
import dev.tenon.op.Fill;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.MemoryUse;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.TestAbortedException;

/** The contract finds defects that no single operator shows, and skips what a device may lack and nothing else. */
class ContractMutantTest {
    private static final long MEMORY = 1L << 26;

    private static final String STREAMS = "streams wait for each other";
    private static final String QUEUED = "memory waits for work queued on it";

    @Test
    void aQueuePasses() throws Throwable {
        run(new QueuedDevice(MEMORY, true), STREAMS);
    }

    @TestFactory
    Stream<DynamicTest> defectsAreFound() {
        return Stream.of(
                found("does not heed events", new QueuedDevice(MEMORY, false), STREAMS),
                found("hands memory out under queued work", new QueuedDevice(MEMORY, true), QUEUED),
                found("keeps memory", new KeepsMemory(), "memory comes back"),
                found(
                        "runs out of memory for good",
                        new RunsOut(),
                        "out of memory is an error after which work goes on"),
                found("binds a graph's values", new BindsValues(), "graphs read their inputs anew"));
    }

    private static DynamicTest found(String defect, ReferenceDevice mutant, String name) {
        return dynamicTest(
                "a device that " + defect, () -> assertThrows(AssertionError.class, () -> run(mutant, name)));
    }

    private static final class KeepsMemory extends ReferenceDevice {
        KeepsMemory() {
            super(MEMORY);
        }

        @Override
        public DeviceBuffer allocate(long bytes) {
            return HostBuffer.wrap(((HostBuffer) super.allocate(bytes)).segment());
        }
    }

    /** Counts what it refused as used. */
    private static final class RunsOut extends ReferenceDevice {
        private long refused;

        RunsOut() {
            super(MEMORY);
        }

        @Override
        public DeviceBuffer allocate(long bytes) {
            try {
                return super.allocate(bytes);
            } catch (OutOfDeviceMemoryException e) {
                refused += bytes;
                throw e;
            }
        }

        @Override
        public MemoryUse memory() {
            MemoryUse use = super.memory();
            return new MemoryUse(use.used() + refused, use.cached(), use.limit());
        }
    }

    /** Computes once, and at each replay writes what it had found at first. */
    private static final class BindsValues extends ReferenceDevice {
        private final Map<Op, List<Expected>> known = new IdentityHashMap<>();

        BindsValues() {
            super(MEMORY);
        }

        @Override
        protected void run(Op op) {
            List<Expected> expected = known.computeIfAbsent(op, Reference::of);
            for (int i = 0; i < expected.size(); i++) {
                store(expected.get(i), op.outputs().get(i));
            }
        }
    }

    private static void run(ReferenceDevice backend, String name) throws Throwable {
        try (backend) {
            Device device = new Device(backend, Configuration.DEFAULT);
            test(device, name).getExecutable().execute();
        }
    }

    private static DynamicTest test(Device device, String name) {
        return Contract.tests(device)
                .filter(test -> test.getDisplayName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** It owes what can be asked with its three operators. */
    @Test
    void aSmallDeviceIsAskedWhatItCanDo() throws Throwable {
        try (ReferenceDevice backend = new SmallDevice()) {
            Device device = new Device(new LenientDevice(backend, op -> !SmallDevice.has(op)), Configuration.DEFAULT);
            RunReport report = new RunReport();
            for (DynamicTest test : Contract.tests(device).toList()) {
                try {
                    report.counted("contract", test).getExecutable().execute();
                } catch (TestAbortedException e) {
                    assertTrue(e.getMessage().contains("three operators only"), e.getMessage());
                }
            }
            assertTrue(report.ran() > 8 && report.skipped() > 8, report.text(ReferenceDevice.NAME));
            assertTrue(report.text("x").contains("skipped, three operators only: contract"), report.text("x"));
        }
    }

    @Test
    void whatIsPromisedMustNotBeLacking() {
        try (ReferenceDevice backend = new SmallDevice()) {
            Device device = new Device(new LenientDevice(backend, op -> false), Configuration.DEFAULT);
            OpCase copy = OpCases.all().stream()
                    .filter(test -> test.toString().startsWith("Copy F32"))
                    .findFirst()
                    .orElseThrow();
            Optional<String> problem = CaseRunner.run(copy, device, 1);
            assertTrue(problem.orElse("").contains("three operators only"), problem.toString());
        }
    }

    private static final class SmallDevice extends ReferenceDevice {
        SmallDevice() {
            super(MEMORY);
        }

        static boolean has(Op op) {
            return op instanceof Fill || op instanceof Binary || op instanceof Matmul;
        }

        @Override
        public Optional<String> whyUnsupported(Op op) {
            return has(op) ? Optional.empty() : Optional.of("three operators only");
        }
    }
}
