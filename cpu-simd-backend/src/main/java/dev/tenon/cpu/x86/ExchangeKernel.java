package dev.tenon.cpu.x86;

import static dev.tenon.cpu.x86.Gpr.R8;
import static dev.tenon.cpu.x86.Gpr.RAX;
import static dev.tenon.cpu.x86.Gpr.RCX;
import static dev.tenon.cpu.x86.Gpr.RDI;
import static dev.tenon.cpu.x86.Gpr.RDX;
import static dev.tenon.cpu.x86.Gpr.RSI;

import dev.tenon.DType;
import org.jspecify.annotations.Nullable;

/**
 * What a rank does with an array of its own and one of another rank's: a sum, written once or twice, or a copy.
 *
 * <p>Arguments: lines of 64 bytes (one at least), a, b, out, other. A copy reads a and writes other.
 */
final class ExchangeKernel {
    private static final int LINE = 64;

    private ExchangeKernel() {}

    /**
     * @param sum the type of the sum; null: a copy
     * @param other whether the second output is written
     * @param pastCaches whether that is written past the caches
     */
    static byte[] assemble(Isa isa, @Nullable DType sum, boolean other, boolean pastCaches) {
        Assembler code = new Assembler();
        code.mov(RAX, 0L);
        Label line = new Label();
        code.align(32);
        code.bind(line);
        for (int at = 0; at < LINE; at += isa.vectorBytes()) {
            Vec value = isa.vector(at / isa.vectorBytes());
            code.vmovups(value, Mem.at(RSI, RAX, 1, at));
            if (sum != null) {
                add(code, sum, value, Mem.at(RDX, RAX, 1, at));
                code.vmovups(Mem.at(RCX, RAX, 1, at), value);
            }
            if (pastCaches) {
                code.vmovntps(Mem.at(R8, RAX, 1, at), value);
            } else if (other) {
                code.vmovups(Mem.at(R8, RAX, 1, at), value);
            }
        }
        code.add(RAX, LINE);
        code.sub(RDI, 1);
        code.jumpIfNotZero(line);
        if (pastCaches) {
            code.sfence();
        }
        code.vzeroupper();
        code.ret();
        return code.code();
    }

    private static void add(Assembler code, DType type, Vec to, Mem right) {
        switch (type) {
            case F32 -> code.vaddps(to, to, right);
            case I32 -> code.vpaddd(to, to, right);
            case I64 -> code.vpaddq(to, to, right);
            default -> throw new IllegalStateException("no sum of " + type);
        }
    }
}
