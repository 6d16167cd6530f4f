package dev.tenon.cpu.x86;

import java.lang.foreign.MemorySegment;

/** Code in executable memory. What its arguments mean, the class that assembled it says; nothing is checked. */
public final class Kernel {
    private final MemorySegment code;

    Kernel(MemorySegment code) {
        this.code = code;
    }

    public void run(long a, long b, long c, long d, long e, long f, long g, long h, long i) {
        CodeNative.call(code, a, b, c, d, e, f, g, h, i);
    }

    public void run(long a, long b, long c, long d, long e, long f, long g, long h) {
        run(a, b, c, d, e, f, g, h, 0);
    }
}
