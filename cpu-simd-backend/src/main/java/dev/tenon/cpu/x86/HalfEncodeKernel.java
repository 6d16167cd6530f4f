package dev.tenon.cpu.x86;

import static dev.tenon.cpu.x86.Gpr.RDI;
import static dev.tenon.cpu.x86.Gpr.RDX;
import static dev.tenon.cpu.x86.Gpr.RSI;

/** F32 to F16, to nearest, ties to even. Arguments: vectors (one at least), from, to. */
final class HalfEncodeKernel {
    private HalfEncodeKernel() {}

    static byte[] assemble(Isa isa) {
        Assembler code = new Assembler();
        Vec value = isa.vector(0);
        Label vector = new Label();
        code.align(32);
        code.bind(vector);
        code.vmovups(value, Mem.at(RSI, 0));
        code.vcvtps2ph(Mem.at(RDX, 0), value);
        code.add(RSI, isa.vectorBytes());
        code.add(RDX, isa.vectorBytes() / 2);
        code.sub(RDI, 1);
        code.jumpIfNotZero(vector);
        code.vzeroupper();
        code.ret();
        return code.code();
    }
}
