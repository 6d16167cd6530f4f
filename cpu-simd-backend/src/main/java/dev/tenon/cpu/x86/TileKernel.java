package dev.tenon.cpu.x86;

import static dev.tenon.cpu.x86.Gpr.R8;
import static dev.tenon.cpu.x86.Gpr.R9;
import static dev.tenon.cpu.x86.Gpr.RAX;
import static dev.tenon.cpu.x86.Gpr.RCX;
import static dev.tenon.cpu.x86.Gpr.RDI;
import static dev.tenon.cpu.x86.Gpr.RDX;
import static dev.tenon.cpu.x86.Gpr.RSI;
import static dev.tenon.cpu.x86.Gpr.RSP;

/**
 * The register tile of the matrix product: {@code to = from + A B}, one packed panel of A and one of B.
 *
 * <p>Arguments: k, a, b, from, bytes from row to row, to, bytes from row to row. With AVX-512 a step of k is 24
 * multiply-adds beside 11 loads, with AVX2 12 beside 8: the multiply-add units are what limits.
 */
final class TileKernel {
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
        for (int r = 0; r < rows; r++) {
            for (int v = 0; v < vectors; v++) {
                code.vmovups(sum(r, v), Mem.at(RCX, v * isa.vectorBytes()));
            }
            code.add(RCX, R8);
        }
        Label done = new Label();
        code.test(RDI, RDI);
        code.jumpIfZero(done);
        code.align(32);
        Label step = new Label();
        code.bind(step);
        step();
        code.add(RSI, rows * Float.BYTES);
        code.add(RDX, vectors * isa.vectorBytes());
        code.sub(RDI, 1);
        code.jumpIfNotZero(step);
        code.bind(done);
        code.mov(RAX, Mem.at(RSP, 8));
        for (int r = 0; r < rows; r++) {
            for (int v = 0; v < vectors; v++) {
                code.vmovups(Mem.at(R9, v * isa.vectorBytes()), sum(r, v));
            }
            code.add(R9, RAX);
        }
        code.vzeroupper();
        code.ret();
        return code.code();
    }

    private void step() {
        int free = rows * vectors;
        for (int v = 0; v < vectors; v++) {
            code.vmovups(isa.vector(free + v), Mem.at(RDX, v * isa.vectorBytes()));
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
