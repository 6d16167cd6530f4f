package dev.tenon.cpu.x86;

import static dev.tenon.cpu.x86.Gpr.R10;
import static dev.tenon.cpu.x86.Gpr.R11;
import static dev.tenon.cpu.x86.Gpr.R8;
import static dev.tenon.cpu.x86.Gpr.R9;
import static dev.tenon.cpu.x86.Gpr.RAX;
import static dev.tenon.cpu.x86.Gpr.RBX;
import static dev.tenon.cpu.x86.Gpr.RCX;
import static dev.tenon.cpu.x86.Gpr.RDI;
import static dev.tenon.cpu.x86.Gpr.RDX;
import static dev.tenon.cpu.x86.Gpr.RSI;
import static dev.tenon.cpu.x86.Gpr.RSP;

/**
 * The register tile of the matrix product: {@code to = from + A B}, some packed panels of A, tile below tile, and one of B.
 *
 * <p>Arguments: k, a, b, from, bytes from row to row, to, bytes from row to row, panels of A (one at least), bytes from panel
 * to panel. Panels go at once since a call for each would cost a hundredth of its time, and the processor would not begin
 * to load the next tile while it ends one. With AVX-512 a step of k is 16
 * multiply-adds beside 10 loads, with AVX2 12 beside 8: the multiply-add units are what limits.
 */
final class TileKernel {
    // Arguments on the stack, above the return address and a saved register.
    private static final int TO_STRIDE = 16;
    private static final int PANELS = 24;
    private static final int PANEL_BYTES = 32;

    private final Assembler code = new Assembler();
    private final Isa isa;
    private final int rows;
    private final int vectors;

    /**
     * @param rows of the tile
     * @param vectors side by side in a row
     */
    private TileKernel(Isa isa, int rows, int vectors) {
        this.isa = isa;
        this.rows = rows;
        this.vectors = vectors;
    }

    static byte[] assemble(Isa isa, int rows, int vectors) {
        return new TileKernel(isa, rows, vectors).assemble();
    }

    private byte[] assemble() {
        code.push(RBX);
        code.mov(RBX, RSI);
        code.mov(RAX, Mem.at(RSP, TO_STRIDE));
        Label panel = new Label();
        code.align(32);
        code.bind(panel);
        for (int r = 0; r < rows; r++) {
            for (int v = 0; v < vectors; v++) {
                code.vmovups(sum(r, v), Mem.at(RCX, v * isa.vectorBytes()));
            }
            code.add(RCX, R8);
        }
        code.mov(R10, RDX);
        code.mov(R11, RDI);
        Label done = new Label();
        code.test(R11, R11);
        code.jumpIfZero(done);
        code.align(32);
        Label step = new Label();
        code.bind(step);
        step();
        code.add(RSI, rows * Float.BYTES);
        code.add(R10, vectors * isa.vectorBytes());
        code.sub(R11, 1);
        code.jumpIfNotZero(step);
        code.bind(done);
        for (int r = 0; r < rows; r++) {
            for (int v = 0; v < vectors; v++) {
                code.vmovups(Mem.at(R9, v * isa.vectorBytes()), sum(r, v));
            }
            code.add(R9, RAX);
        }
        code.add(RBX, Mem.at(RSP, PANEL_BYTES));
        code.mov(RSI, RBX);
        code.sub(Mem.at(RSP, PANELS), 1);
        code.jumpIfNotZero(panel);
        code.pop(RBX);
        code.vzeroupper();
        code.ret();
        return code.code();
    }

    private void step() {
        int free = rows * vectors;
        for (int v = 0; v < vectors; v++) {
            code.vmovups(isa.vector(free + v), Mem.at(R10, v * isa.vectorBytes()));
        }
        for (int r = 0; r < rows; r++) {
            Vec x = isa.vector(free + vectors + r % 2);
            code.vbroadcastss(x, Mem.at(RSI, r * Float.BYTES));
            for (int v = 0; v < vectors; v++) {
                code.vfmadd231ps(sum(r, v), x, isa.vector(free + v));
            }
        }
    }

    private Vec sum(int row, int vector) {
        return isa.vector(row * vectors + vector);
    }
}
