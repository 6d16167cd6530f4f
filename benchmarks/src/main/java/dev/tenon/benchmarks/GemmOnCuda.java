package dev.tenon.benchmarks;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Nn;
import dev.tenon.Scope;
import dev.tenon.Tenon;
import dev.tenon.Tensor;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import dev.tenon.op.RandomFill.Uniform;
import dev.tenon.profile.Profile;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * BF16 matrix products on a CUDA device, weights kept as [n, k]: cuBLAS and Tenon's own kernels in one process and in turn, each time
 * several launches in a row up to the end of the last. Arguments: the device ({@code cuda:0}), rounds (7), then, for shapes other
 * than these, m, n and k of each.
 *
 * <p>In the bundle: {@code bin/gemm cuda:0}. For a shape's rate with PyTorch, in the same minutes, {@code peers/torch_gemm.py}.
 */
public final class GemmOnCuda {
    private static final List<long[]> SHAPES = List.of(
            new long[] {8192, 8192, 8192},
            new long[] {4096, 4096, 4096},
            new long[] {4096, 14336, 4096},
            new long[] {512, 14336, 4096},
            new long[] {64, 4096, 4096},
            new long[] {9, 4096, 4096});

    private static final int WARM_UP = 3;
    /** A round has so many operations, or {@link #MOST_LAUNCHES}, so that waiting for the end of it does not count. */
    private static final double OPERATIONS = 2e13;

    private static final int MOST_LAUNCHES = 200;
    /** Of a result's magnitude: both round sums of F32 to BF16. */
    private static final double ROUNDING = 1.0 / 128;

    private static final long CHECKED_ROWS = 256;

    private GemmOnCuda() {}

    public static void main(String[] args) {
        String name = args.length > 0 ? args[0] : "cuda:0";
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 7;
        List<long[]> shapes = SHAPES;
        if (args.length > 2) {
            long[] sizes =
                    Arrays.stream(args).skip(2).mapToLong(Long::parseLong).toArray();
            shapes = IntStream.range(0, sizes.length / 3)
                    .mapToObj(i -> Arrays.copyOfRange(sizes, 3 * i, 3 * i + 3))
                    .toList();
        }
        try (Tenon library = open("always", name);
                Tenon kernels = open("off", name)) {
            Device byLibrary = library.device(name);
            Device byKernels = kernels.device(name);
            System.out.println(byLibrary.properties().description() + ", "
                    + byLibrary.properties().details());
            library.reasons().forEach(System.out::println);
            System.out.printf(
                    Locale.ROOT,
                    "%-18s %14s %14s %7s %10s  %s%n",
                    "m x n x k",
                    "cuBLAS TFLOP/s",
                    "own TFLOP/s",
                    "ratio",
                    "difference",
                    "by");
            for (long[] shape : shapes) {
                compare(byLibrary, byKernels, shape, rounds);
            }
        }
    }

    /** The property is read when the first of the backend's devices is asked for. */
    private static Tenon open(String use, String device) {
        String before = System.setProperty("tenon.cublas", use);
        try {
            Tenon tenon = Tenon.open(Configuration.DEFAULT);
            tenon.device(device);
            return tenon;
        } finally {
            if (before == null) {
                System.clearProperty("tenon.cublas");
            } else {
                System.setProperty("tenon.cublas", before);
            }
        }
    }

    private static void compare(Device byLibrary, Device byKernels, long[] shape, int rounds) {
        long m = shape[0];
        long n = shape[1];
        long k = shape[2];
        double operations = 2.0 * m * n * k;
        int launches = (int) Math.clamp(OPERATIONS / operations, 1, MOST_LAUNCHES);
        try (Scope scope = Scope.open()) {
            Matmul theirs = product(byLibrary, m, n, k);
            Matmul ours = product(byKernels, m, n, k);
            String choice = choice(byLibrary, theirs) + ", " + choice(byKernels, ours);
            Interleaved times = Interleaved.run(
                    WARM_UP, rounds, () -> run(byLibrary, theirs, launches), () -> run(byKernels, ours, launches));
            System.out.printf(
                    Locale.ROOT,
                    "%-18s %14.1f %14.1f %7.3f %10.2e  %s%n",
                    m + " x " + n + " x " + k,
                    launches * operations / times.firstMedian() / 1e12,
                    launches * operations / times.secondMedian() / 1e12,
                    1 / times.speedup(),
                    difference(theirs, ours),
                    choice);
        }
    }

    private static Matmul product(Device device, long m, long n, long k) {
        Tensor a = Nn.random(device, DType.BF16, new Uniform(-1, 1), 1, 0, m, k);
        Tensor weight = Nn.random(device, DType.BF16, new Uniform(-1, 1), 2, 0, n, k);
        return new Matmul(a, weight.transpose(), Epilogue.NONE, Tensor.zeros(device, DType.BF16, m, n));
    }

    private static void run(Device device, Matmul op, int launches) {
        for (int i = 0; i < launches; i++) {
            device.execute(op);
        }
        device.synchronize();
    }

    private static String choice(Device device, Matmul op) {
        try (Profile profile = Profile.start()) {
            device.execute(op);
            String operands = profile.spans().getLast().operands();
            return operands.substring(operands.lastIndexOf(" by ") + 4);
        }
    }

    /**
     * The largest difference in the last rows, of the largest magnitude there.
     *
     * @throws IllegalStateException if it is more than rounding
     */
    private static double difference(Matmul theirs, Matmul ours) {
        float[] left = lastRows(theirs.out());
        float[] right = lastRows(ours.out());
        double difference = 0;
        double magnitude = 0;
        for (int i = 0; i < left.length; i++) {
            difference = Math.max(difference, Math.abs(left[i] - right[i]));
            magnitude = Math.max(magnitude, Math.abs(left[i]));
        }
        if (!(difference <= ROUNDING * magnitude) || magnitude == 0) {
            throw new IllegalStateException("the results differ by " + difference + " of " + magnitude);
        }
        return difference / magnitude;
    }

    private static float[] lastRows(Tensor out) {
        try (Scope scope = Scope.open()) {
            return out.slice(0, Math.max(0, out.size(0) - CHECKED_ROWS), out.size(0))
                    .cast(DType.F32)
                    .toFloatArray();
        }
    }
}
