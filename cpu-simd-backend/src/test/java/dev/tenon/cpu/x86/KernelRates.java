package dev.tenon.cpu.x86;

import dev.tenon.DType;
import dev.tenon.cpu.CpuInfo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Locale;

/**
 * Run by hand: the rates of the machine-code kernels of one thread on weights in the second-level cache, so that instructions
 * and not memory limit them. Arguments: AVX512 or AVX2, the most rows.
 */
public final class KernelRates {
    private static final int LINES = 32;
    private static final int K = 4096;
    private static final int CALLS = 200;

    private KernelRates() {}

    public static void main(String[] arguments) {
        Isa isa = arguments.length > 0
                ? Isa.valueOf(arguments[0])
                : CpuInfo.instructions().contains("avx512bw") ? Isa.AVX512 : Isa.AVX2;
        int most = arguments.length > 1 ? Integer.parseInt(arguments[1]) : LineProductKernel.mostRows(isa);
        System.out.printf("%s, %d lines of %d: GB of weights a second, G multiply-adds a second%n", isa, LINES, K);
        for (DType type : DType.values()) {
            WeightFormat.of(type).ifPresent(format -> {
                for (int rows = 1; rows <= most; rows *= 2) {
                    time(isa, type, format, rows);
                }
            });
        }
    }

    private static void time(Isa isa, DType type, WeightFormat format, int rows) {
        Kernel kernel =
                new Kernel(CodeNative.install(LineProductKernel.assemble(isa, format, rows, HalfTable.make(isa)))
                        .orElseThrow());
        try (Arena arena = Arena.ofConfined()) {
            long bytes = type.bytes((long) LINES * K);
            MemorySegment weights = arena.allocate(bytes + 64, 64);
            weights.fill((byte) 0x3c); // a small normal number in every type
            MemorySegment x = arena.allocate(rows * K * 4L, 64);
            MemorySegment out = arena.allocate(rows * LINES * 4L, 64);
            double[] seconds = new double[9];
            for (int round = -2; round < seconds.length; round++) {
                long start = System.nanoTime();
                for (int call = 0; call < CALLS; call++) {
                    kernel.run(
                            K / format.elements(isa),
                            weights.address(),
                            type.bytes(K),
                            x.address(),
                            K * 4L,
                            out.address(),
                            LINES * 4L,
                            LINES);
                }
                if (round >= 0) {
                    seconds[round] = (System.nanoTime() - start) * 1e-9 / CALLS;
                }
            }
            Arrays.sort(seconds);
            double median = seconds[seconds.length / 2];
            System.out.printf(
                    Locale.ROOT,
                    "%-5s %d rows %7.1f %7.1f%n",
                    type,
                    rows,
                    bytes / median / 1e9,
                    (double) LINES * K * rows / median / 1e9);
        }
    }
}
