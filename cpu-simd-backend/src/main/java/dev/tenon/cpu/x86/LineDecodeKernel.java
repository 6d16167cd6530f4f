package dev.tenon.cpu.x86;

import static dev.tenon.cpu.x86.Gpr.R10;
import static dev.tenon.cpu.x86.Gpr.RCX;
import static dev.tenon.cpu.x86.Gpr.RDI;
import static dev.tenon.cpu.x86.Gpr.RDX;
import static dev.tenon.cpu.x86.Gpr.RSI;

/** A line of weights to F32. Arguments: blocks (one at least), from, to. */
final class LineDecodeKernel {
    private LineDecodeKernel() {}

    /** {@code halves}: the address of {@link HalfTable}; plain types do without it. */
    static byte[] assemble(Isa isa, WeightFormat format, long halves) {
        Assembler code = new Assembler();
        // Below the stack pointer: the System V calling convention leaves 128 bytes there to a function that calls
        // none.
        Site site = new Site(code, isa, 0, R10, RCX, -Site.SCRATCH_BYTES);
        code.mov(RCX, halves);
        format.prepare(site);
        Label block = new Label();
        code.align(32);
        code.bind(block);
        format.scales(Mem.at(RSI, 0), site);
        format.decode(
                Mem.at(RSI, 0), site, (index, value) -> code.vmovups(Mem.at(RDX, index * isa.vectorBytes()), value));
        code.add(RSI, format.bytes(isa));
        code.add(RDX, format.elements(isa) * Float.BYTES);
        code.sub(RDI, 1);
        code.jumpIfNotZero(block);
        code.vzeroupper();
        code.ret();
        site.writeConstants();
        return code.code();
    }
}
