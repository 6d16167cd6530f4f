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
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * BF16 and F32 matrix products on a CUDA device, weights kept as [n, k]: cuBLAS and Tenon's own kernels in one process and in turn, each time
 * several launches in a row up to the end of the last; where the own kernel's blocks go in pairs, a second line has the one without
 * clusters in cuBLAS's place. Arguments: the device ({@code cuda:0}), rounds (7), then, for shapes other
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
        try (Tenon library = open("always", true, name);
                Tenon kernels = open("off", true, name);
                Tenon alone = open("off", false, name)) {
            Device byLibrary = library.device(name);
            Device byKernels = kernels.device(name);
            Device withoutClusters = alone.device(name);
            System.out.println(byLibrary.properties().description() + ", "
                    + byLibrary.properties().details());
            library.reasons().forEach(System.out::println);
            System.out.printf(
                    Locale.ROOT,
                    "%-23s %14s %14s %7s %10s  %s%n",
                    "m x n x k",
                    "cuBLAS TFLOP/s",
                    "own TFLOP/s",
                    "ratio",
                    "difference",
                    "by");
            for (DType type : List.of(DType.BF16, DType.F32)) {
                for (long[] shape : shapes) {
                    compare(byLibrary, byKernels, withoutClusters, type, shape, rounds);
                }
            }
        }
    }

    /** The properties are read when the first of the backend's devices is asked for. */
    private static Tenon open(String library, boolean clusters, String device) {
        Map<String, String> wanted = Map.of("tenon.cublas", library, "tenon.cuda.clusters", Boolean.toString(clusters));
        Map<String, @Nullable String> before = new HashMap<>();
        wanted.forEach((property, value) -> before.put(property, System.setProperty(property, value)));
        try {
            Tenon tenon = Tenon.open(Configuration.DEFAULT);
            tenon.device(device);
            return tenon;
        } finally {
            before.forEach(GemmOnCuda::restore);
        }
    }

    private static void restore(String property, @Nullable String value) {
        if (value == null) {
            System.clearProperty(property);
        } else {
            System.setProperty(property, value);
        }
    }

    private static void compare(
            Device byLibrary, Device byKernels, Device withoutClusters, DType type, long[] shape, int rounds) {
        String name = type + " " + shape[0] + " x " + shape[1] + " x " + shape[2];
        try (Scope scope = Scope.open()) {
            Matmul theirs = product(byLibrary, type, shape);
            Matmul ours = product(byKernels, type, shape);
            compare(name, byLibrary, theirs, byKernels, ours, rounds);
            if (choice(byKernels, ours).contains("_pair_")) {
                compare(
                        "  without clusters",
                        withoutClusters,
                        product(withoutClusters, type, shape),
                        byKernels,
                        ours,
                        rounds);
            }
        }
    }

    private static void compare(String name, Device first, Matmul theirs, Device second, Matmul ours, int rounds) {
        double operations = 2.0 * ours.out().shape().elements() * ours.a().size(-1);
        int launches = (int) Math.clamp(OPERATIONS / operations, 1, MOST_LAUNCHES);
        String choice = choice(first, theirs) + ", " + choice(second, ours);
        Interleaved times =
                Interleaved.run(WARM_UP, rounds, () -> run(first, theirs, launches), () -> run(second, ours, launches));
        System.out.printf(
                Locale.ROOT,
                "%-23s %14.1f %14.1f %7.3f %10.2e  %s%n",
                name,
                launches * operations / times.firstMedian() / 1e12,
                launches * operations / times.secondMedian() / 1e12,
                1 / times.speedup(),
                difference(theirs, ours),
                choice);
    }

    private static Matmul product(Device device, DType type, long[] shape) {
        long m = shape[0];
        long n = shape[1];
        long k = shape[2];
        Tensor a = Nn.random(device, type, new Uniform(-1, 1), 1, 0, m, k);
        Tensor weight = Nn.random(device, type, new Uniform(-1, 1), 2, 0, n, k);
        return new Matmul(a, weight.transpose(), Epilogue.NONE, Tensor.zeros(device, type, m, n));
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
        if (!(difference <= rounding(ours.out().dtype()) * magnitude) || magnitude == 0) {
            throw new IllegalStateException("the results differ by " + difference + " of " + magnitude);
        }
        return difference / magnitude;
    }

    /** Of a result's magnitude. Of BF16 both round sums of F32; of F32 both add up in another order. */
    private static double rounding(DType type) {
        return type == DType.BF16 ? 0x1p-7 : 0x1p-14;
    }

    private static float[] lastRows(Tensor out) {
        try (Scope scope = Scope.open()) {
            return out.slice(0, Math.max(0, out.size(0) - CHECKED_ROWS), out.size(0))
                    .cast(DType.F32)
                    .toFloatArray();
        }
    }
}
