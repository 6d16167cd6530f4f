package dev.tenon.cpu.gemm;

import dev.tenon.DType;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.thread.ThreadTeam;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Run by hand: GEMM beside OpenBLAS in one process, interleaved. Arguments: threads, rounds, then shapes as MxNxK; the
 * standard three where none are given. Prints the median rate of each and the median ratio.
 */
public final class GemmComparison {
    private static final int ROW_MAJOR = 101;
    private static final int NO_TRANSPOSE = 111;
    private static final int TRANSPOSE = 112;

    private GemmComparison() {}

    public static void main(String[] arguments) throws Throwable {
        int threads = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 2;
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 9;
        String[] shapes = arguments.length > 2
                ? Arrays.copyOfRange(arguments, 2, arguments.length)
                : new String[] {"2048x2048x2048", "512x4096x4096", "1000x1001x999"};
        MethodHandle sgemm = openBlas(threads);
        try (ThreadTeam team = ThreadTeam.open(threads)) {
            for (String shape : shapes) {
                String[] mnk = shape.split("x");
                int m = Integer.parseInt(mnk[0]);
                int n = Integer.parseInt(mnk[1]);
                int k = Integer.parseInt(mnk[2]);
                for (String transposes : new String[] {"NN", "NT", "TN", "TT"}) {
                    compare(m, n, k, transposes, rounds, sgemm, team);
                }
            }
        }
    }

    private static void compare(int m, int n, int k, String transposes, int rounds, MethodHandle sgemm, ThreadTeam team)
            throws Throwable {
        boolean ta = transposes.charAt(0) == 'T';
        boolean tb = transposes.charAt(1) == 'T';
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment a = random(arena, (long) m * k, 1);
            MemorySegment b = random(arena, (long) k * n, 2);
            MemorySegment ours = arena.allocate((long) m * n * 4, 64);
            MemorySegment theirs = arena.allocate((long) m * n * 4, 64);
            GemmArguments g = GemmArguments.of(
                    m,
                    n,
                    k,
                    new MatrixView(a.address(), DType.F32, ta ? 1 : k, ta ? m : 1),
                    new MatrixView(b.address(), DType.F32, tb ? 1 : n, tb ? k : 1),
                    new MatrixView(ours.address(), DType.F32, n, 1));
            int repeats = (int) Math.max(1, 4e8 / (2.0 * m * n * k));
            double[] rate = new double[rounds];
            double[] peer = new double[rounds];
            double[] ratio = new double[rounds];
            for (int round = -3; round < rounds; round++) {
                long start = System.nanoTime();
                for (int i = 0; i < repeats; i++) {
                    Gemm.run(g, team);
                }
                long middle = System.nanoTime();
                for (int i = 0; i < repeats; i++) {
                    sgemm.invoke(
                            ROW_MAJOR,
                            ta ? TRANSPOSE : NO_TRANSPOSE,
                            tb ? TRANSPOSE : NO_TRANSPOSE,
                            m,
                            n,
                            k,
                            1f,
                            a,
                            ta ? m : k,
                            b,
                            tb ? k : n,
                            0f,
                            theirs,
                            n);
                }
                long end = System.nanoTime();
                if (round >= 0) {
                    double flops = 2.0 * m * n * k * repeats;
                    rate[round] = flops / (middle - start);
                    peer[round] = flops / (end - middle);
                    ratio[round] = rate[round] / peer[round];
                }
            }
            double worst = 0;
            for (long i = 0; i < (long) m * n; i++) {
                worst = Math.max(
                        worst,
                        Math.abs(
                                OffHeap.getFloat(ours.address() + i * 4) - OffHeap.getFloat(theirs.address() + i * 4)));
            }
            System.out.printf(
                    "%dx%dx%d %s: %.1f GFLOP/s, OpenBLAS %.1f, ratio %.3f (best %.1f and %.1f), largest difference %.2g%n",
                    m,
                    n,
                    k,
                    transposes,
                    median(rate),
                    median(peer),
                    median(ratio),
                    Arrays.stream(rate).max().orElseThrow(),
                    Arrays.stream(peer).max().orElseThrow(),
                    worst);
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static MemorySegment random(Arena arena, long count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        MemorySegment segment = arena.allocate(count * 4, 64);
        for (long i = 0; i < count; i++) {
            segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextDouble(-1, 1));
        }
        return segment;
    }

    private static MethodHandle openBlas(int threads) throws Throwable {
        for (String name : new String[] {
            "/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblas.so.0", "/usr/lib/x86_64-linux-gnu/libopenblas.so.0"
        }) {
            if (Files.exists(Path.of(name))) {
                SymbolLookup lookup = SymbolLookup.libraryLookup(name, Arena.global());
                Linker linker = Linker.nativeLinker();
                linker.downcallHandle(
                                lookup.findOrThrow("openblas_set_num_threads"),
                                FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
                        .invoke(threads);
                ValueLayout i = ValueLayout.JAVA_INT;
                ValueLayout f = ValueLayout.JAVA_FLOAT;
                ValueLayout p = ValueLayout.ADDRESS;
                return linker.downcallHandle(
                        lookup.findOrThrow("cblas_sgemm"),
                        FunctionDescriptor.ofVoid(i, i, i, i, i, i, f, p, i, p, i, f, p, i));
            }
        }
        throw new IllegalStateException("libopenblas.so.0 is not installed");
    }
}
