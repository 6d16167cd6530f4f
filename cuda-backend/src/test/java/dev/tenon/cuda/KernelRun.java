package dev.tenon.cuda;

import static dev.tenon.conformance.Operand.in;
import static dev.tenon.conformance.Operand.out;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.conformance.CaseRunner;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Placement;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A case of its own for a kernel that the conformance suite does not come to, to be run on a PTX interpreter.
 *
 * @param hopper whether the device is like an H100, else like an A100
 * @param multiprocessors that it has: with few, small products are for large tiles
 * @param tf32 whether F32 operands may be taken as TF32
 * @param kernel what the case must come to
 */
record KernelRun(boolean hopper, int multiprocessors, boolean tf32, OpCase test, String kernel) {
    private static final String TF32 = "tenon.cuda.tf32";

    static String name(DType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    /**
     * A product of contents that suit its types, or of small whole numbers where those are taken as TF32, which holds them.
     *
     * @param letters the axes that a and b are contiguous along
     * @param sizes rows, columns and terms
     */
    static KernelRun product(
            boolean hopper,
            int multiprocessors,
            boolean tf32,
            DType a,
            DType b,
            String letters,
            long[] sizes,
            String kernel) {
        Content content = tf32 ? Content.whole(-9, 10) : Content.any(a);
        Placement rows = letters.startsWith("k") ? Placement.CONTIGUOUS : Placement.TRANSPOSED;
        Placement columns = letters.endsWith("n") ? Placement.CONTIGUOUS : Placement.TRANSPOSED;
        boolean isQuantized = b.isQuantized();
        OpCase test = new OpCase(
                Matmul.class,
                a + " by " + b + " " + letters,
                List.of(
                        in("a", a, rows, content, sizes[0], sizes[2]),
                        isQuantized ? in("b", b, sizes[1], sizes[2]) : in("b", b, columns, content, sizes[2], sizes[1]),
                        out("out", a, sizes[0], sizes[1])),
                t -> new Matmul(
                        t.get("a"), isQuantized ? t.get("b").transpose() : t.get("b"), Epilogue.NONE, t.get("out")));
        return new KernelRun(hopper, multiprocessors, tf32, test, kernel);
    }

    /** Runs the case, which must come to the kernel and pass. */
    void passes() {
        RecordingDriver driver =
                hopper ? RecordingDriver.hopper(1, Simulation.MEMORY) : RecordingDriver.ampere(Simulation.MEMORY);
        driver.multiprocessors = multiprocessors;
        driver.execution = new PtxExecution();
        System.setProperty(TF32, String.valueOf(tf32));
        try (CudaDevice backend = Simulation.open(driver, Configuration.DEFAULT).getFirst()) {
            Device device = Simulation.device(backend);
            assertEquals(Optional.empty(), CaseRunner.run(test, device, 1));
            List<String> launched =
                    driver.launches.stream().map(driver::kernel).distinct().toList();
            assertTrue(launched.contains(kernel), () -> launched + " and not " + kernel);
        } finally {
            System.clearProperty(TF32);
        }
        driver.assertNothingIsLeft();
    }

    @Override
    public String toString() {
        return kernel;
    }
}
