package dev.tenon.cpu.gemm;

import dev.tenon.DType;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.thread.ThreadTeam;
import dev.tenon.memory.HostBuffer;
import dev.tenon.memory.HostPool;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Run by hand: products of one to eight rows beside a plain vector sum over the same bytes by the same team, interleaved.
 * Arguments: threads, rounds, n, k, types (separated by commas), the most rows.
 */
public final class DecodeComparison {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static volatile float sink;

    private DecodeComparison() {}

    public static void main(String[] arguments) {
        int threads = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 2;
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 15;
        int n = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 4096;
        int k = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 14336;
        List<DType> types = arguments.length > 4
                ? Stream.of(arguments[4].split(",", -1)).map(DType::valueOf).toList()
                : List.of(DType.F32, DType.BF16, DType.F16, DType.Q8_0, DType.Q4_0, DType.Q4_K);
        int most = arguments.length > 5 ? Integer.parseInt(arguments[5]) : 4;
        try (HostPool pool = new HostPool("comparison", 1L << 40);
                ThreadTeam team = ThreadTeam.open(threads)) {
            for (DType type : types) {
                long bytes = type.bytes((long) n * k);
                HostBuffer weights = pool.allocate(bytes);
                long w = weights.address();
                // Any bits will do for timing so long as they are no subnormals or NaNs: 0x3c3c is small and normal in
                // all.
                weights.segment().fill((byte) 0x3c);
                for (int m = 1; m <= most; m *= 4) {
                    HostBuffer x = pool.allocate(m * k * 4L);
                    for (int i = 0; i < m * k; i++) {
                        OffHeap.setFloat(x.address() + i * 4L, 1f / (i + 1));
                    }
                    HostBuffer y = pool.allocate(m * n * 4L);
                    GemmArguments g = GemmArguments.of(
                            m,
                            n,
                            k,
                            new MatrixView(x.address(), DType.F32, k, 1),
                            new MatrixView(w, type, 1, k),
                            new MatrixView(y.address(), DType.F32, n, 1));
                    double[] ours = new double[rounds];
                    double[] limit = new double[rounds];
                    for (int round = -5; round < rounds; round++) {
                        long start = System.nanoTime();
                        Gemm.run(g, team);
                        long middle = System.nanoTime();
                        int chunks = (int) (bytes >> 17);
                        team.run(chunks, i -> sum(w + ((long) i << 17), 1 << 17));
                        long end = System.nanoTime();
                        if (round >= 0) {
                            ours[round] = (double) bytes / (middle - start);
                            limit[round] = (double) ((long) chunks << 17) / (end - middle);
                        }
                    }
                    Arrays.sort(ours);
                    Arrays.sort(limit);
                    System.out.printf(
                            "%s, %d rows, %dx%d: median %.1f GB/s of %.1f read (%.0f%%), best %.1f of %.1f (%.0f%%)%n",
                            type,
                            m,
                            n,
                            k,
                            ours[rounds / 2],
                            limit[rounds / 2],
                            100 * ours[rounds / 2] / limit[rounds / 2],
                            ours[rounds - 1],
                            limit[rounds - 1],
                            100 * ours[rounds - 1] / limit[rounds - 1]);
                    x.close();
                    y.close();
                }
                weights.close();
            }
        }
    }

    private static void sum(long from, int bytes) {
        long f = from & OffHeap.ADDRESS_MASK;
        FloatVector a = FloatVector.zero(S);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int v = S.vectorByteSize();
        for (int i = 0; i < bytes; i += 4 * v) {
            a = a.add(FloatVector.fromMemorySegment(S, OffHeap.ALL, f + i, OffHeap.ORDER));
            b = b.add(FloatVector.fromMemorySegment(S, OffHeap.ALL, f + i + v, OffHeap.ORDER));
            c = c.add(FloatVector.fromMemorySegment(S, OffHeap.ALL, f + i + 2 * v, OffHeap.ORDER));
            d = d.add(FloatVector.fromMemorySegment(S, OffHeap.ALL, f + i + 3 * v, OffHeap.ORDER));
        }
        sink = a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
    }
}
