package dev.tenon.cpu.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.cpu.attention.TestTensors.Place;
import dev.tenon.cpu.thread.ThreadTeam;
import dev.tenon.op.Inference;
import dev.tenon.op.Rope;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CpuRopeTest {
    private static ThreadTeam team;

    @BeforeAll
    static void open() {
        team = ThreadTeam.open(2);
    }

    @AfterAll
    static void close() {
        team.close();
    }

    @Test
    void sinesAndCosinesAreAccurate() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        double[] angles = new double[4096];
        for (int i = 0; i < angles.length; i++) {
            angles[i] = (random.nextDouble() - 0.5) * Math.scalb(1.0, random.nextInt(50) - 4);
        }
        angles[0] = 0;
        angles[1] = Double.NaN;
        angles[2] = Double.POSITIVE_INFINITY;
        // The double nearest to a multiple of pi/2 among all below 2^30 or so: the hardest to reduce.
        angles[3] = new BigDecimal("3.14159265358979323846264338327950288419716939937510")
                .multiply(new BigDecimal(355_000_000), MathContext.DECIMAL128)
                .doubleValue();
        double[] sines = new double[angles.length];
        double[] cosines = new double[angles.length];
        SinCos.of(angles, angles.length, sines, cosines);
        for (int i = 0; i < angles.length; i++) {
            assertEquals(Math.sin(angles[i]), sines[i], 1e-15, "seed " + seed + ", angle " + angles[i]);
            assertEquals(Math.cos(angles[i]), cosines[i], 1e-15, "seed " + seed + ", angle " + angles[i]);
        }
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void matchesTheDefinition(Place place) {
        for (DType dtype : new DType[] {DType.F32, DType.F16, DType.BF16, DType.F64}) {
            for (Rope.Pairing pairing : Rope.Pairing.values()) {
                for (int pairs : new int[] {0, 1, 5, 16}) {
                    one(dtype, place, pairing, pairs, false, false, false, 1);
                    one(dtype, place, pairing, pairs, true, true, false, 1.25f);
                    one(dtype, place, pairing, pairs, false, true, true, 1);
                }
            }
        }
    }

    private static void one(
            DType dtype,
            Place place,
            Rope.Pairing pairing,
            int pairs,
            boolean inverse,
            boolean perRow,
            boolean inPlace,
            float magnitude) {
        long seed = System.nanoTime();
        TestTensors tensors = new TestTensors(seed);
        int batch = 2;
        int tokens = 13;
        int heads = 3;
        int size = 33;
        Tensor in = tensors.normal(dtype, place, 1, batch, tokens, heads, size);
        int[] positions = new int[perRow ? batch * tokens : tokens];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = tensors.random.nextInt(1 << 20);
        }
        Tensor positionTensor =
                perRow ? Tensor.of(tensors.device, positions, batch, tokens) : Tensor.of(tensors.device, positions);
        float[] frequencies = new float[pairs];
        for (int i = 0; i < pairs; i++) {
            frequencies[i] = (float) Math.pow(10000, -(double) i / pairs);
        }
        Tensor frequencyTensor = Tensor.of(tensors.device, frequencies);
        double[] before = TestTensors.values(in);
        Tensor out = inPlace ? in : tensors.empty(dtype, place, batch, tokens, heads, size);
        Rope op = new Rope(in, positionTensor, frequencyTensor, pairing, magnitude, inverse, out);
        Inference.check(op);
        CpuRope.bind(op, team).run();
        double[] after = TestTensors.values(out);
        double unit = switch (dtype) {
            case F64 -> 1e-14;
            case F16 -> 1e-3;
            case BF16 -> 8e-3;
            default -> 2e-7;
        };
        String where = "seed " + seed + " " + dtype + " " + pairing + " " + pairs;
        for (int row = 0; row < batch * tokens * heads; row++) {
            int unitIndex = row / heads;
            double position = positions[perRow ? unitIndex : unitIndex % tokens];
            double[] expected = new double[size];
            System.arraycopy(before, row * size, expected, 0, size);
            for (int i = 0; i < pairs; i++) {
                int first = pairing == Rope.Pairing.ADJACENT ? 2 * i : i;
                int second = pairing == Rope.Pairing.ADJACENT ? 2 * i + 1 : i + pairs;
                double angle = position * (double) frequencies[i] * (inverse ? -1 : 1);
                double x = before[row * size + first];
                double y = before[row * size + second];
                expected[first] = magnitude * (x * Math.cos(angle) - y * Math.sin(angle));
                expected[second] = magnitude * (x * Math.sin(angle) + y * Math.cos(angle));
            }
            for (int d = 0; d < size; d++) {
                double tolerance = unit * Math.max(1, Math.abs(expected[d]));
                assertEquals(expected[d], after[row * size + d], tolerance, where);
            }
        }
        tensors.checkSentinels();
    }
}
