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
import java.util.Locale;

/**
 * F32 matrix products through the public API beside OpenBLAS, in one process and in turn: each shape with each
 * transpose. Arguments: threads (2), rounds (11).
 */
public final class GemmAgainstOpenBlas {
    private static final int[][] SHAPES = {{2048, 2048, 2048}, {512, 4096, 4096}, {1000, 1001, 999}};

    /** Rounds until the code that packs is compiled; with 3 the first shape still paid for that. */
    private static final int WARM_UP = 8;

    private GemmAgainstOpenBlas() {}

    public static void main(String[] args) {
        int threads = args.length > 0 ? Integer.parseInt(args[0]) : 2;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 11;
        OpenBlasNative openBlas = OpenBlasNative.load()
                .orElseThrow(() -> new IllegalStateException("OpenBLAS is not installed (libopenblas.so.0)"));
        openBlas.setThreads(threads);
        try (Tenon tenon = Tenon.open(Configuration.DEFAULT.withThreads(threads))) {
            Device cpu = tenon.device("cpu");
            System.out.printf(
                    Locale.ROOT,
                    "%-16s %-2s %10s %10s %8s %10s%n",
                    "m x n x k",
                    "op",
                    "Tenon",
                    "OpenBLAS",
                    "ratio",
                    "max error");
            for (int[] shape : SHAPES) {
                for (int transpose = 0; transpose < 4; transpose++) {
                    compare(cpu, openBlas, shape, (transpose & 2) != 0, (transpose & 1) != 0, rounds);
                }
            }
        }
    }

    private static void compare(
            Device cpu, OpenBlasNative openBlas, int[] shape, boolean transposeA, boolean transposeB, int rounds) {
        int m = shape[0];
        int n = shape[1];
        int k = shape[2];
        try (Scope scope = Scope.open()) {
            Tensor storedA = uniform(cpu, 1, transposeA ? k : m, transposeA ? m : k);
            Tensor storedB = uniform(cpu, 2, transposeB ? n : k, transposeB ? k : n);
            Tensor a = transposeA ? storedA.transpose() : storedA;
            Tensor b = transposeB ? storedB.transpose() : storedB;
            Tensor ours = Tensor.zeros(cpu, DType.F32, m, n);
            Tensor theirs = Tensor.zeros(cpu, DType.F32, m, n);
            Matmul matmul = new Matmul(a, b, Epilogue.NONE, ours);
            Interleaved times = Interleaved.run(
                    WARM_UP,
                    rounds,
                    () -> cpu.execute(matmul),
                    () -> openBlas.sgemm(
                            transposeA, transposeB, m, n, k, storedA.segment(), storedB.segment(), theirs.segment()));
            double error = ours.subtract(theirs).abs().max().item();
            double flops = 2.0 * m * n * k;
            System.out.printf(
                    Locale.ROOT,
                    "%-16s %s%s %10.1f %10.1f %8.3f %10.2e%n",
                    m + "x" + n + "x" + k,
                    transposeA ? "T" : "N",
                    transposeB ? "T" : "N",
                    flops / times.firstMedian() / 1e9,
                    flops / times.secondMedian() / 1e9,
                    times.speedup(),
                    error);
        }
    }

    private static Tensor uniform(Device cpu, long seed, long... sizes) {
        return Nn.random(cpu, DType.F32, new Uniform(-1, 1), seed, 0, sizes);
    }
}
