package dev.tenon.cpu.x86;

import dev.tenon.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Every F16 as F32, looked up by its bits: 256 KiB, of which a model's scales use a small part. A look-up goes through the
 * load units alone; a broadcast and a conversion would take as long as the values of half a block of nibbles.
 */
final class HalfTable {
    private static final int VALUES = 1 << 16;

    private HalfTable() {}

    @SuppressWarnings("MustBeClosedChecker") // lives as long as the code that reads it
    static long make(Isa isa) {
        MemorySegment table = Arena.global().allocate(VALUES * 4L, 64);
        Kernel kernel = new Kernel(CodeNative.install(LineDecodeKernel.assemble(isa, new PlainFormat(DType.F16), 0))
                .orElseThrow(CodeNative::refused));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bits = arena.allocate(VALUES * 2L, 64);
            for (int i = 0; i < VALUES; i++) {
                bits.set(ValueLayout.JAVA_SHORT, i * 2L, (short) i);
            }
            kernel.run(VALUES / isa.lanes(), bits.address(), table.address(), 0, 0, 0, 0, 0);
        }
        return table.address();
    }
}
