package dev.tenon.cuda.ptx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Single instructions where the PTX ISA says more than their names. */
class PtxInstructionTest {
    /** Words in hexadecimal; the operands are those of the first two or three. */
    @ParameterizedTest
    @CsvSource({
        // A tie goes to the even neighbour, what is none to 0x7FFF.
        "cvt.rn.bf16.f32, 3F808000, 0, 3F80",
        "cvt.rn.bf16.f32, 3F818000, 0, 3F82",
        "cvt.rz.bf16.f32, 3F81FFFF, 0, 3F81",
        "cvt.rn.bf16.f32, 7F7FFFFF, 0, 7F80",
        "cvt.rn.bf16.f32, FF800001, 0, 7FFF",
        "cvt.rn.f16.f32, 477FF000, 0, 7C00",
        "cvt.rz.f16.f32, 477FF000, 0, 7BFF",
        "cvt.rn.f16.f32, 33000001, 0, 1",
        "cvt.rn.f16.f32, 33000000, 0, 0",
        "cvt.rn.f16.f32, 7FC00001, 0, 7FFF",
        // The first operand is the upper half.
        "cvt.rn.bf16x2.f32, 3F800000, 40000000, 3F804000",
        "cvt.rn.f16x2.f32, 3F800000, 40000000, 3C004000",
        // Ties go away from zero.
        "cvt.rna.tf32.f32, 3F801000, 0, 3F802000",
        "cvt.rna.tf32.f32, BF800FFF, 0, BF800000",
        "cvt.rzi.s32.f32, 4F800000, 0, 7FFFFFFF",
        "cvt.rzi.s32.f32, FF800000, 0, 80000000",
        "cvt.rzi.s32.f32, 7FC00000, 0, 0",
        "cvt.rzi.u32.f32, BF800000, 0, 0",
        "cvt.rni.s32.f32, 40200000, 0, 2",
        "cvt.rmi.f32.f32, BF000000, 0, BF800000",
        "cvt.sat.f32.f32, 7FC00000, 0, 0",
        "cvt.sat.f32.f32, 40000000, 0, 3F800000",
        "cvt.rn.f32.s32, 01000001, 0, 4B800000",
        "cvt.rn.f32.u32, FFFFFFFF, 0, 4F800000",
        // A number wins over none; -0 is less than 0.
        "max.f32, 7FC00000, 3F800000, 3F800000",
        "min.f32, 00000000, 80000000, 80000000",
        "max.f32, FFC00000, 7FC00000, 7FFFFFFF",
        "copysign.f32, 80000000, 3F800000, BF800000",
        // 2^24 + 1 lies in the middle of two numbers.
        "add.rz.f32, 4B800000, 3F800000, 4B800000",
        "add.rp.f32, 4B800000, 3F800000, 4B800001",
        "add.rm.f32, CB800000, BF800000, CB800001",
        "add.rn.f32, 4B800001, 3F800000, 4B800002",
        // Subnormal operands and results are zeros only where .ftz says so.
        "add.f32, 00000001, 00000001, 2",
        "rcp.approx.ftz.f32, 00000001, 0, 7F800000",
        "ex2.approx.ftz.f32, C3020000, 0, 0",
        "ex2.approx.f32, C3020000, 0, 80000",
        "div.approx.f32, 3F800000, 7F000000, 0",
        // 256 - 0.5 lies in the middle of two BF16 numbers, 2048 - 0.5 of two of F16; the other halves are 1 - 2.
        "sub.rn.bf16x2, 43803F80, 3F004000, 4380BF80",
        "sub.rn.f16x2, 68003C00, 38004000, 6800BC00",
        "sub.rn.bf16x2, 4301, 4300, 3F80",
        "shl.b32, 1, 20, 0",
        "shl.b32, 1, 1F, 80000000",
        "shr.s32, 80000000, 40, FFFFFFFF",
        "shr.u32, 80000000, 1F, 1",
        "div.s32, FFFFFFF9, 2, FFFFFFFD",
        "rem.s32, FFFFFFF9, 2, FFFFFFFF",
        "div.u32, FFFFFFF9, 2, 7FFFFFFC",
        "mul.hi.u32, FFFFFFFF, FFFFFFFF, FFFFFFFE",
        "mul.hi.s32, FFFFFFFF, 2, FFFFFFFF",
        "min.s32, FFFFFFFF, 1, FFFFFFFF",
        "min.u32, FFFFFFFF, 1, 1",
        "clz.b32, 00010000, 0, F",
        "popc.b32, F0F0, 0, 8",
        "brev.b32, 1, 0, 80000000",
        "abs.s32, FFFFFFFE, 0, 2"
    })
    void gives(String opcode, String a, String b, String expected) {
        boolean one = opcode.matches("cvt\\.(?!.*x2).*|rcp.*|ex2.*|clz.*|popc.*|brev.*|abs.*");
        boolean half = opcode.matches("cvt\\.r.\\.b?f16\\..*");
        int[] words = PtxRun.of(word(a), word(b), 0)
                .run(
                        1,
                        "ld.global.u32 %r1, [%rd0];\nld.global.u32 %r2, [%rd0+4];\n" + opcode
                                + (half ? " %rs3, %r1" : " %r3, %r1") + (one ? ";" : ", %r2;")
                                + (half ? "cvt.u32.u16 %r3, %rs3;" : "") + "st.global.u32 [%rd0+8], %r3;")
                .words();
        assertEquals(expected, Integer.toHexString(words[2]).toUpperCase(Locale.ROOT));
    }

    private static int word(String hexadecimal) {
        return Integer.parseUnsignedInt(hexadecimal, 16);
    }

    @ParameterizedTest
    @CsvSource({
        "prmt.b32 %r3; %r1; %r2; 30212, 33221100, 77665544, 77660044",
        "prmt.b32 %r3; %r1; %r2; 9, 808000, 0, FF",
        "bfi.b32 %r3; %r1; %r2; 8; 4, FF, 0, F00",
        "lop3.b32 %r3; %r1; %r2; 1124090624; 0xEA, 12345678, F000F, 43044308",
        "bfi.b32 %r3; %r1; %r2; 28; 8, FF, 1, F0000001",
        "mad.lo.s32 %r3; %r1; %r2; 5, FFFFFFFF, 3, 2",
        "fma.rm.f32 %r3; %r1; %r2; 0fB3800000, 3F800000, 3F800000, 3F7FFFFF",
        "fma.rz.f32 %r3; %r1; %r2; 0f33000000, 3F800000, 3F800000, 3F800000"
    })
    void ofMoreOperands(String instruction, String a, String b, String expected) {
        int[] words = PtxRun.of(word(a), word(b), 0)
                .run(
                        1,
                        "ld.global.u32 %r1, [%rd0];\nld.global.u32 %r2, [%rd0+4];\n" + instruction.replace(';', ',')
                                + ";\nst.global.u32 [%rd0+8], %r3;")
                .words();
        assertEquals(expected, Integer.toHexString(words[2]).toUpperCase(Locale.ROOT));
    }

    /** Comparisons with what is no number: ordered ones are false, those with u are true. */
    @ParameterizedTest
    @CsvSource({"eq, 0", "ne, 0", "lt, 0", "ge, 0", "equ, 1", "neu, 1", "ltu, 1", "geu, 1", "num, 0", "nan, 1"})
    void comparesWithNaN(String relation, int expected) {
        int[] words = PtxRun.of(0)
                .run(
                        1,
                        "setp." + relation
                                + ".f32 %p1, 0f7FC00000, 0f3F800000;\nselp.b32 %r1, 1, 0, %p1;\nst.global.u32 [%rd0], %r1;")
                .words();
        assertArrayEquals(new int[] {expected}, words);
    }

    @ParameterizedTest
    @CsvSource({"lt.s32, 1", "lt.u32, 0", "gt.u32, 1", "lo.u32, 0", "ne.s32, 1"})
    void comparesBySign(String comparison, int expected) {
        int[] words = PtxRun.of(0)
                .run(
                        1,
                        "mov.u32 %r2, -1;\nsetp." + comparison
                                + " %p1, %r2, 1;\nselp.b32 %r1, 1, 0, %p1;\nst.global.u32 [%rd0], %r1;")
                .words();
        assertArrayEquals(new int[] {expected}, words);
    }
}
