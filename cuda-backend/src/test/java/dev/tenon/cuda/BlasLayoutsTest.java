package dev.tenon.cuda;

import static dev.tenon.conformance.Operand.in;
import static dev.tenon.conformance.Operand.out;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.conformance.CaseRunner;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Operand;
import dev.tenon.conformance.Placement;
import dev.tenon.cuda.blas.BlasUse;
import dev.tenon.op.Activation;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Products of drawn sizes, types, batches, layouts and epilogues: as calls of cuBLAS, computed by {@link BlasOracle}, against the
 * reference's loops over Tenon's layouts. What cuBLAS cannot express must be declined, not called wrongly.
 */
class BlasLayoutsTest {
    private static final int CASES = 4000;
    private static final long[] SIZES = {1, 1, 2, 3, 7, 8, 13, 16, 33};
    private static final List<DType> TYPES = List.of(DType.F32, DType.BF16, DType.F16, DType.F64);
    private static final List<Activation> ACTIVATIONS =
            List.of(Activation.NONE, Activation.NONE, Activation.RELU, Activation.GELU_TANH, Activation.SILU);
    private static final List<Placement> PLACEMENTS = List.of(
            Placement.CONTIGUOUS,
            Placement.OFFSET,
            Placement.PADDED,
            Placement.TRANSPOSED,
            Placement.SWAPPED_MIDDLE,
            Placement.STRIDED,
            Placement.REVERSED,
            Placement.REVERSED_OUTER,
            Placement.BROADCAST_OUTER,
            Placement.BROADCAST_INNER);
    /** Of these most draws are expressible; those after them seldom are. */
    private static final int USUAL = 5;

    private final SplittableRandom random = new SplittableRandom(Long.getLong("tenon.seed", 20260701));

    @Test
    void drawnProducts() {
        RecordingDriver driver = RecordingDriver.hopper(1, Simulation.MEMORY);
        RecordingBlas blas = new RecordingBlas(driver);
        CudaDevice backend = Simulation.open(driver, blas, BlasUse.ALWAYS);
        Device device = Simulation.device(backend);
        int called = 0;
        int fused = 0;
        for (int i = 0; i < CASES; i++) {
            OpCase test = draw(i);
            blas.products.clear();
            driver.launches.clear();
            device.execute(test.bindUnfilled(device).op());
            device.synchronize();
            if (!blas.products.isEmpty()) {
                called++;
                fused += blas.products.getFirst().equals("cublasLtMatmul") ? 1 : 0;
                CaseRunner.run(test, device, i).ifPresent(problem -> {
                    throw new AssertionError(test.name() + ": " + problem);
                });
            }
        }
        backend.close();
        blas.assertNothingIsLeft();
        assertTrue(called > CASES / 4, called + " of " + CASES + " products were calls");
        assertTrue(fused > CASES / 20, fused + " of " + CASES + " products had an epilogue");
    }

    private <T> T draw(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private long size() {
        return SIZES[random.nextInt(SIZES.length)];
    }

    private Placement placement(boolean output) {
        Placement drawn = PLACEMENTS.get(random.nextInt(random.nextInt(4) == 0 ? PLACEMENTS.size() : USUAL));
        return output && !drawn.fitsOutputs() ? Placement.CONTIGUOUS : drawn;
    }

    /** The batch's axes, of which an operand may have fewer, or have them once for all. */
    private long[] sizes(long[] batch, boolean whole, long rows, long columns) {
        int from = whole ? 0 : random.nextInt(batch.length + 1);
        long[] sizes = new long[batch.length - from + 2];
        for (int axis = from; axis < batch.length; axis++) {
            sizes[axis - from] = whole || random.nextInt(4) > 0 ? batch[axis] : 1;
        }
        sizes[sizes.length - 2] = rows;
        sizes[sizes.length - 1] = columns;
        return sizes;
    }

    private OpCase draw(int number) {
        long[] batch = new long[random.nextInt(3)];
        for (int axis = 0; axis < batch.length; axis++) {
            batch[axis] = 1 + random.nextInt(3);
        }
        long m = size();
        long n = size();
        long k = size();
        DType type = draw(TYPES);
        DType to = type != DType.F64 && random.nextInt(3) == 0 ? DType.F32 : type;
        List<Operand> operands = new ArrayList<>();
        long[] left = sizes(batch, random.nextBoolean(), m, k);
        // One of the operands has each axis in full, or the output would have fewer.
        long[] right = sizes(batch, left.length < batch.length + 2 || lacks(left, batch), k, n);
        operands.add(in("a", type, placement(false), Content.normal(1), left));
        operands.add(in("b", type, placement(false), Content.normal(1), right));
        boolean bias = random.nextInt(3) == 0;
        if (bias) {
            Placement lies = random.nextInt(4) == 0 ? Placement.STRIDED : Placement.OFFSET;
            DType of = type != DType.F64 && random.nextInt(5) == 0 ? DType.F32 : to;
            operands.add(in("bias", of, lies, Content.normal(1), n));
        }
        int residual = random.nextInt(4);
        long[] whole = sizes(batch, true, m, n);
        Placement lies = placement(true);
        if (residual == 0) {
            operands.add(in("residual", to, random.nextBoolean() ? lies : placement(true), Content.normal(1), whole));
        }
        boolean accumulates = residual == 1;
        operands.add(accumulates ? in("out", to, lies, Content.normal(1), whole) : out("out", to, lies, whole));
        Activation activation = draw(ACTIVATIONS);
        float scale = random.nextInt(3) == 0 ? -0.5f : 1;
        return new OpCase(
                Matmul.class,
                number + ": " + operands + ", scale " + scale + ", " + activation,
                operands,
                t -> new Matmul(
                        t.get("a"),
                        t.get("b"),
                        new Epilogue(
                                scale,
                                bias ? t.get("bias") : null,
                                activation,
                                residual == 0 ? t.get("residual") : accumulates ? t.get("out") : null),
                        t.get("out")));
    }

    private static boolean lacks(long[] sizes, long[] batch) {
        for (int axis = 0; axis < batch.length; axis++) {
            if (sizes[axis] != batch[axis]) {
                return true;
            }
        }
        return false;
    }
}
