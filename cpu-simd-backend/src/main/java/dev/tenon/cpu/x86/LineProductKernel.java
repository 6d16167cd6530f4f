package dev.tenon.cpu.x86;

import static dev.tenon.cpu.x86.Gpr.R10;
import static dev.tenon.cpu.x86.Gpr.R11;
import static dev.tenon.cpu.x86.Gpr.R12;
import static dev.tenon.cpu.x86.Gpr.R13;
import static dev.tenon.cpu.x86.Gpr.R14;
import static dev.tenon.cpu.x86.Gpr.R15;
import static dev.tenon.cpu.x86.Gpr.R8;
import static dev.tenon.cpu.x86.Gpr.R9;
import static dev.tenon.cpu.x86.Gpr.RAX;
import static dev.tenon.cpu.x86.Gpr.RBP;
import static dev.tenon.cpu.x86.Gpr.RBX;
import static dev.tenon.cpu.x86.Gpr.RCX;
import static dev.tenon.cpu.x86.Gpr.RDI;
import static dev.tenon.cpu.x86.Gpr.RDX;
import static dev.tenon.cpu.x86.Gpr.RSI;
import static dev.tenon.cpu.x86.Gpr.RSP;

/**
 * Inner products of weight lines with one to eight rows of F32: {@code out[row][line] += line . row}.
 *
 * <p>Arguments: blocks of a line (one at least), the first line, bytes from line to line, the first row, bytes from row to
 * row, out, bytes from row to row of out, lines (one at least).
 *
 * <p>Every sum is a vector of partial sums, or two that take turns, block after block and added up at the end: its bits depend
 * neither on how many lines go at once nor on the other rows. Several lines go at once since each multiply-add waits four
 * cycles for the one before it in its chain. With AVX2, whose vectors are twice as many, two chains a sum brought Q4_K from
 * 9.6 to 13.3 G multiply-adds a second for one row; with AVX-512 they brought nothing, and cost lines.
 *
 * <p>Each step asks for what the same step of the next lines will read. To the processor's own prefetcher every line is a stream
 * that starts anew, which costs most where lines are short; fetching ahead within a line gained nothing (Q4_K, at 256 to
 * 3072 bytes). The next lines may be past those of this call: they are then most likely this thread's next call's.
 */
final class LineProductKernel {
    /** Rows that one kernel multiplies at the most. */
    static int mostRows(Isa isa) {
        return isa == Isa.AVX512 ? 8 : 4;
    }

    private static final int MOST_LINES = 4;

    private static final int CACHE_LINE = 64;

    /** Scratch memory of the lines that go at once. */
    private static final int FRAME = MOST_LINES * Site.SCRATCH_BYTES;

    /** Pushed in this order; the last is the argument that says how many blocks a line has. */
    private static final Gpr[] SAVED = {RBX, RBP, R12, R13, R14, R15, RDI};

    // Above the stack pointer.
    private static final int BLOCKS = FRAME;
    private static final int OUT_STRIDE = FRAME + 8 * SAVED.length + 8;
    private static final int LINES = OUT_STRIDE + 8;

    private final Assembler code = new Assembler();
    private final Isa isa;
    private final WeightFormat format;
    private final int rows;
    private final int chains;
    private final Site site;
    private final long halves;

    private LineProductKernel(Isa isa, WeightFormat format, int rows, long halves) {
        this.isa = isa;
        this.format = format;
        this.rows = rows;
        this.chains = isa == Isa.AVX2 && format.elements(isa) > isa.lanes() ? 2 : 1;
        this.site = new Site(code, isa, isa.registers() - Site.free(isa), RBP, RDI, 0);
        this.halves = halves;
    }

    /** {@code halves}: the address of {@link HalfTable}. */
    static byte[] assemble(Isa isa, WeightFormat format, int rows, long halves) {
        return new LineProductKernel(isa, format, rows, halves).assemble();
    }

    /** Lines at once: as many as there are registers for sums, up to four. */
    private int linesAtOnce() {
        int sums = (isa.registers() - Site.free(isa)) / (rows * chains);
        return Math.clamp(sums, 1, MOST_LINES);
    }

    private Vec sum(int line, int row, int chain) {
        return isa.vector((line * rows + row) * chains + chain);
    }

    private byte[] assemble() {
        for (Gpr register : SAVED) {
            code.push(register);
        }
        code.sub(RSP, FRAME);
        code.mov(RDI, halves);
        code.lea(RBX, Mem.at(RDX, RDX, 2, 0)); // three strides
        code.lea(R13, Mem.at(R8, R8, 2, 0)); // three row strides
        code.lea(R14, Mem.at(R8, R8, 4, 0)); // five
        code.lea(R15, Mem.at(R13, R8, 4, 0)); // seven
        format.prepare(site);
        int many = linesAtOnce();
        Label one = new Label();
        Label end = new Label();
        if (many > 1) {
            Label group = new Label();
            code.bind(group);
            code.cmp(Mem.at(RSP, LINES), many);
            code.jumpIfLess(one);
            lines(many);
            code.jump(group);
        }
        code.bind(one);
        code.cmp(Mem.at(RSP, LINES), 1);
        code.jumpIfLess(end);
        lines(1);
        code.jump(one);
        code.bind(end);
        code.add(RSP, FRAME);
        for (int i = SAVED.length - 1; i >= 0; i--) {
            code.pop(SAVED[i]);
        }
        code.vzeroupper();
        code.ret();
        site.writeConstants();
        return code.code();
    }

    /** Some lines from their first block to their sums, and on to the next lines. */
    private void lines(int lines) {
        for (int i = 0; i < lines * rows * chains; i++) {
            code.clear(isa.vector(i));
        }
        code.mov(RAX, RSI);
        code.mov(R12, RSI);
        for (int i = 0; i < lines; i++) {
            code.add(R12, RDX);
        }
        code.mov(R10, RCX);
        code.mov(R11, Mem.at(RSP, BLOCKS));
        Label block = new Label();
        code.align(32);
        code.bind(block);
        for (int line = 0; line < lines; line++) {
            format.scales(line(RAX, line), siteOf(line));
        }
        for (int line = 0; line < lines; line++) {
            int current = line;
            for (int offset = 0; fetchesAhead() && offset < format.bytes(isa); offset += CACHE_LINE) {
                code.prefetcht1(line(R12, line).plus(offset));
            }
            format.decode(line(RAX, line), siteOf(line), (index, value) -> {
                for (int row = 0; row < rows; row++) {
                    Mem x = row(row).plus(index * isa.vectorBytes());
                    code.vfmadd231ps(sum(current, row, index % chains), value, x);
                }
            });
        }
        code.add(RAX, format.bytes(isa));
        code.add(R12, format.bytes(isa));
        code.add(R10, format.elements(isa) * Float.BYTES);
        code.sub(R11, 1);
        code.jumpIfNotZero(block);
        store(lines);
        for (int i = 0; i < lines; i++) {
            code.add(RSI, RDX);
        }
        code.add(R9, lines * Float.BYTES);
        code.sub(Mem.at(RSP, LINES), lines);
    }

    /** One row times F32 waits for nothing but memory: the processor's own prefetcher is then a tenth faster on long lines. */
    private boolean fetchesAhead() {
        return rows > 1 || format.bytes(isa) < format.elements(isa) * Float.BYTES;
    }

    private Site siteOf(int line) {
        return site.withScratchAt(line * Site.SCRATCH_BYTES);
    }

    /** A line's place, where the first of those that go at once is at {@code first}. */
    private Mem line(Gpr first, int line) {
        return switch (line) {
            case 0 -> Mem.at(first, 0);
            case 1, 2 -> Mem.at(first, RDX, line, 0);
            case 3 -> Mem.at(first, RBX, 1, 0);
            default -> throw new IllegalArgumentException("line " + line);
        };
    }

    private static Mem row(int row) {
        return switch (row) {
            case 0 -> Mem.at(R10, 0);
            case 1, 2, 4 -> Mem.at(R10, R8, row, 0);
            case 3, 6 -> Mem.at(R10, R13, row / 3, 0);
            case 5 -> Mem.at(R10, R14, 1, 0);
            case 7 -> Mem.at(R10, R15, 1, 0);
            default -> throw new IllegalArgumentException("row " + row);
        };
    }

    private void store(int lines) {
        code.mov(R11, Mem.at(RSP, OUT_STRIDE));
        code.mov(RAX, R9);
        for (int row = 0; row < rows; row++) {
            for (int line = 0; line < lines; line++) {
                Mem to = Mem.at(RAX, line * Float.BYTES);
                Vec sum = sum(line, row, 0);
                if (chains == 2) {
                    code.vaddps(sum, sum, sum(line, row, 1));
                }
                reduce(sum);
                code.vaddss(sum.as(16), sum.as(16), to);
                code.vmovss(to, sum.as(16));
            }
            code.add(RAX, R11);
        }
    }

    /** The sum of a vector's lanes, in its lowest lane. */
    private void reduce(Vec sum) {
        Vec other = site.free(0);
        for (Vec whole = sum; whole.bytes() > 16; whole = whole.half()) {
            code.upperHalf(other.as(whole.bytes() / 2), whole);
            code.vaddps(whole.half(), whole.half(), other.as(whole.bytes() / 2));
        }
        Vec low = sum.as(16);
        Vec temporary = other.as(16);
        code.vmovhlps(temporary, temporary, low);
        code.vaddps(low, low, temporary);
        code.vmovshdup(temporary, low);
        code.vaddss(low, low, temporary);
    }
}
