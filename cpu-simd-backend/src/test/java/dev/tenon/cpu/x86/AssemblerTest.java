package dev.tenon.cpu.x86;

import static dev.tenon.cpu.x86.Gpr.R10;
import static dev.tenon.cpu.x86.Gpr.R11;
import static dev.tenon.cpu.x86.Gpr.R12;
import static dev.tenon.cpu.x86.Gpr.R13;
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
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The bytes of each instruction, as the GNU assembler writes them (with {@code {vex3}} and {@code {load}} where an instruction
 * has several encodings).
 */
class AssemblerTest {
    @ParameterizedTest(name = "{0}")
    @MethodSource("instructions")
    void encodesAsTheGnuAssemblerDoes(String text, Consumer<Assembler> instruction, String expected) {
        Assembler code = new Assembler();
        instruction.accept(code);
        assertEquals(expected, HexFormat.of().formatHex(code.code()), text);
    }

    @ParameterizedTest
    @MethodSource("labels")
    void jumpsReachTheirLabels(boolean forwards, String expected) {
        Assembler code = new Assembler();
        Label label = new Label();
        if (forwards) {
            code.jump(label);
            code.ret();
            code.bind(label);
        } else {
            code.bind(label);
            code.ret();
            code.jump(label);
        }
        assertEquals(expected, HexFormat.of().formatHex(code.code()));
    }

    static Stream<Arguments> labels() {
        return Stream.of(Arguments.of(true, "e901000000c3"), Arguments.of(false, "c3e9faffffff"));
    }

    private static Vec x(int number) {
        return new Vec(number, 16);
    }

    private static Vec y(int number) {
        return new Vec(number, 32);
    }

    private static Vec z(int number) {
        return new Vec(number, 64);
    }

    private static Arguments is(String text, String bytes, Consumer<Assembler> instruction) {
        return Arguments.of(text, instruction, bytes);
    }

    static Stream<Arguments> instructions() {
        return Stream.of(
                is("vcvtps2ph [rdx+32], zmm0, 0", "62f37d481d420100", a -> a.vcvtps2ph(Mem.at(RDX, 32), z(0))),
                is("mov rax, rsi", "488bc6", a -> a.mov(RAX, RSI)),
                is("mov r10, [rsp+16]", "4c8b542410", a -> a.mov(R10, Mem.at(RSP, 16))),
                is("movabs rdi, 0x123456789abcdef", "48bfefcdab8967452301", a -> a.mov(RDI, 0x123456789abcdefL)),
                is("movzx ebp, word ptr [rax+rbx+2]", "0fb76c1802", a -> a.movzx16(RBP, Mem.at(RAX, RBX, 1, 2))),
                is("lea rbx, [rdx+rdx*2]", "488d1c52", a -> a.lea(RBX, Mem.at(RDX, RDX, 2, 0))),
                is("lea r15, [r13+r8*4+0]", "4f8d7c8500", a -> a.lea(R15, Mem.at(R13, R8, 4, 0))),
                is("prefetcht1 byte ptr [r12+rbx+64]", "410f18541c40", a -> a.prefetcht1(Mem.at(R12, RBX, 1, 64))),
                is("prefetcht1 byte ptr [r12]", "410f181424", a -> a.prefetcht1(Mem.at(R12, 0))),
                is(
                        "prefetcht1 byte ptr [r12+rdx*2+128]",
                        "410f18945480000000",
                        a -> a.prefetcht1(Mem.at(R12, RDX, 2, 128))),
                is("add rcx, r8", "4903c8", a -> a.add(RCX, R8)),
                is("add rbx, [rsp+32]", "48035c2420", a -> a.add(RBX, Mem.at(RSP, 32))),
                is("test r11, r11", "4d85db", a -> a.test(R11, R11)),
                is("push rbx", "53", a -> a.push(RBX)),
                is("push r12", "4154", a -> a.push(R12)),
                is("pop r15", "415f", a -> a.pop(R15)),
                is("vzeroupper", "c5f877", a -> a.vzeroupper()),
                is("ret", "c3", a -> a.ret()),
                is("vmovups ymm3, [rcx+32]", "c4e17c105920", a -> a.vmovups(y(3), Mem.at(RCX, 32))),
                is("vmovntps [r8+rax], zmm1", "62d17c482b0c00", a -> a.vmovntps(Mem.at(R8, RAX, 1, 0), z(1))),
                is("vmovntps [r8+rax+32], ymm1", "c4c17c2b4c0020", a -> a.vmovntps(Mem.at(R8, RAX, 1, 32), y(1))),
                is("vaddps zmm1, zmm1, [rdx+rax]", "62f17448580c02", a -> a.vaddps(z(1), z(1), Mem.at(RDX, RAX, 1, 0))),
                is(
                        "vaddps ymm1, ymm1, [rdx+rax+32]",
                        "c4e174584c0220",
                        a -> a.vaddps(y(1), y(1), Mem.at(RDX, RAX, 1, 32))),
                is("vpaddd zmm1, zmm1, [rdx+rax]", "62f17548fe0c02", a -> a.vpaddd(z(1), z(1), Mem.at(RDX, RAX, 1, 0))),
                is(
                        "vpaddd ymm1, ymm1, [rdx+rax+32]",
                        "c4e175fe4c0220",
                        a -> a.vpaddd(y(1), y(1), Mem.at(RDX, RAX, 1, 32))),
                is("vpaddq zmm1, zmm1, [rdx+rax]", "62f1f548d40c02", a -> a.vpaddq(z(1), z(1), Mem.at(RDX, RAX, 1, 0))),
                is("sfence", "0faef8", a -> a.sfence()),
                is("vmovups zmm23, [r9+64]", "62c17c48107901", a -> a.vmovups(z(23), Mem.at(R9, 64))),
                is("vmovups [r9+100], zmm1", "62d17c48118964000000", a -> a.vmovups(Mem.at(R9, 100), z(1))),
                is("vmovups [rsp-64], zmm31", "62617c48117c24ff", a -> a.vmovups(Mem.at(RSP, -64), z(31))),
                is("vmovups [rsp-80], xmm9", "c46178114c24b0", a -> a.vmovups(Mem.at(RSP, -80), x(9))),
                is(
                        "vbroadcastss zmm18, dword ptr [rsi+28]",
                        "62e27d48185607",
                        a -> a.vbroadcastss(z(18), Mem.at(RSI, 28))),
                is(
                        "vbroadcastss ymm15, dword ptr [rdi+rbp*4]",
                        "c4627d183caf",
                        a -> a.vbroadcastss(y(15), Mem.at(RDI, RBP, 4, 0))),
                is(
                        "vpbroadcastd ymm10, dword ptr [rax+rdx+6]",
                        "c4627d58541006",
                        a -> a.vpbroadcastd(y(10), Mem.at(RAX, RDX, 1, 6))),
                is("vmovss dword ptr [rax+12], xmm7", "c4e17a11780c", a -> a.vmovss(Mem.at(RAX, 12), x(7))),
                is("vaddps zmm0, zmm1, zmm2", "62f1744858c2", a -> a.vaddps(z(0), z(1), z(2))),
                is("vaddss xmm5, xmm5, dword ptr [rax+4]", "c4e152586804", a -> a.vaddss(x(5), x(5), Mem.at(RAX, 4))),
                is("vaddss xmm5, xmm6, xmm7", "c4e14a58ef", a -> a.vaddss(x(5), x(6), x(7))),
                is("vmulps ymm9, ymm10, ymm11", "c4412c59cb", a -> a.vmulps(y(9), y(10), y(11))),
                is("vmulps zmm26, zmm24, [rcx]", "62613c405911", a -> a.vmulps(z(26), z(24), Mem.at(RCX, 0))),
                is(
                        "vfmadd231ps zmm15, zmm29, [r10+r8*4+192]",
                        "62121540b87c8203",
                        a -> a.vfmadd231ps(z(15), z(29), Mem.at(R10, R8, 4, 192))),
                is("vfmadd231ps ymm7, ymm14, ymm12", "c4c20db8fc", a -> a.vfmadd231ps(y(7), y(14), y(12))),
                is("vfmadd231ps ymm7, ymm14, [r13+0]", "c4c20db87d00", a -> a.vfmadd231ps(y(7), y(14), Mem.at(R13, 0))),
                is("vfmadd213ps zmm24, zmm25, zmm26", "62023540a8c2", a -> a.vfmadd213ps(z(24), z(25), z(26))),
                is("vfmsub213ps ymm8, ymm9, ymm10", "c44235aac2", a -> a.vfmsub213ps(y(8), y(9), y(10))),
                is(
                        "vaddps zmm24, zmm25, dword ptr [rdi+rbp*4]{1to16}",
                        "626134505804af",
                        a -> a.vaddpsOfOne(z(24), z(25), Mem.at(RDI, RBP, 4, 0))),
                is(
                        "vsubps zmm24, zmm25, dword ptr [rsp+60]{1to16}",
                        "626134505c44240f",
                        a -> a.vsubpsOfOne(z(24), z(25), Mem.at(RSP, 60))),
                is(
                        "vmulps zmm24, zmm30, dword ptr [rdi+rbp*4]{1to16}",
                        "62610c505904af",
                        a -> a.vmulpsByOne(z(24), z(30), Mem.at(RDI, RBP, 4, 0))),
                is(
                        "vmulps ymm26, ymm26, dword ptr [rdi+rbp*4]{1to8}",
                        "62612c305914af",
                        a -> a.vmulpsByOne(y(26), y(26), Mem.at(RDI, RBP, 4, 0))),
                is("vpsubb xmm22, xmm23, xmm31", "62814500f8f7", a -> a.vpsubb(x(22), x(23), x(31))),
                is("vpsubb ymm1, ymm2, ymm3", "c4e16df8cb", a -> a.vpsubb(y(1), y(2), y(3))),
                is(
                        "vpternlogd xmm22, xmm27, xmm29, 0xe4",
                        "6283250025f5e4",
                        a -> a.vpternlogd(x(22), x(27), x(29), 0xe4)),
                is("vpternlogd zmm1, zmm2, zmm3, 0xe4", "62f36d4825cbe4", a -> a.vpternlogd(z(1), z(2), z(3), 0xe4)),
                is("vpsrlw xmm23, xmm22, 4", "62b1450071d604", a -> a.vpsrlw(x(23), x(22), 4)),
                is("vpsrlw ymm9, ymm8, 4", "c4c13571d004", a -> a.vpsrlw(y(9), y(8), 4)),
                is("vpmovsxbd zmm22, xmm23", "62a27d4821f7", a -> a.vpmovsxbd(z(22), x(23))),
                is("sub rsp, 256", "4881ec00010000", a -> a.sub(RSP, 256)),
                is("vpxor ymm4, ymm4, ymm4", "c4e15defe4", a -> a.clear(y(4))),
                is("vpxord zmm4, zmm4, zmm4", "62f15d48efe4", a -> a.clear(z(4))),
                is("vpand ymm9, ymm10, [rax+32]", "c4612ddb4820", a -> a.vpand(y(9), y(10), Mem.at(RAX, 32))),
                is("vpandd zmm9, zmm10, zmm30", "62112d48dbce", a -> a.vpand(z(9), z(10), z(30))),
                is("vpor ymm9, ymm10, ymm11", "c4412debcb", a -> a.vpor(y(9), y(10), y(11))),
                is("vpsubd zmm1, zmm2, zmm3", "62f16d48facb", a -> a.vpsubd(z(1), z(2), z(3))),
                is("vpcmpeqd ymm9, ymm10, [rax]", "c4612d7608", a -> a.vpcmpeqd(y(9), y(10), Mem.at(RAX, 0))),
                is("vpsrld zmm28, zmm28, 4", "62911d4072d404", a -> a.vpsrld(z(28), z(28), 4)),
                is("vpsrld ymm9, ymm8, 4", "c4c13572d004", a -> a.vpsrld(y(9), y(8), 4)),
                is("vpslld zmm2, zmm3, 16", "62f16d4872f310", a -> a.vpslld(z(2), z(3), 16)),
                is("vpsllw ymm30, ymm30, 7", "62910d2071f607", a -> a.vpsllw(y(30), y(30), 7)),
                is("vpsrlvd xmm8, xmm8, [rax+16]", "c46239454010", a -> a.vpsrlvd(x(8), x(8), Mem.at(RAX, 16))),
                is(
                        "vpmovzxbd zmm28, [rax+rbx+32]",
                        "62627d4831641802",
                        a -> a.vpmovzxbd(z(28), Mem.at(RAX, RBX, 1, 32))),
                is("vpmovzxbd ymm9, qword ptr [rax+8]", "c4627d314808", a -> a.vpmovzxbd(y(9), Mem.at(RAX, 8))),
                is("vpmovzxbd ymm9, xmm8", "c4427d31c8", a -> a.vpmovzxbd(y(9), x(8))),
                is("vpmovsxbd zmm25, [rax+18]", "62627d48218812000000", a -> a.vpmovsxbd(z(25), Mem.at(RAX, 18))),
                is("vpmovzxwd zmm24, [rax]", "62627d483300", a -> a.vpmovzxwd(z(24), Mem.at(RAX, 0))),
                is("vcvtdq2ps zmm25, zmm25", "62017c485bc9", a -> a.vcvtdq2ps(z(25), z(25))),
                is("vcvtph2ps ymm8, [rsi]", "c4627d1306", a -> a.vcvtph2ps(y(8), Mem.at(RSI, 0))),
                is("vcvtph2ps zmm24, ymm24", "62027d4813c0", a -> a.vcvtph2ps(z(24), y(24))),
                is("vpermps zmm29, zmm28, zmm26", "62021d4016ea", a -> a.vpermps(z(29), z(28), z(26), 0)),
                is("vpermps zmm29{k1}, zmm28, zmm27", "62021d4116eb", a -> a.vpermps(z(29), z(28), z(27), 1)),
                is("vextractf64x4 ymm24, zmm3, 1", "6293fd481bd801", a -> a.upperHalf(y(24), z(3))),
                is("vextractf128 xmm8, ymm3, 1", "c4c37d19d801", a -> a.upperHalf(x(8), y(3))),
                is("vmovhlps xmm8, xmm8, xmm3", "c4613812c3", a -> a.vmovhlps(x(8), x(8), x(3))),
                is("vmovshdup xmm8, xmm3", "c4617a16c3", a -> a.vmovshdup(x(8), x(3))),
                is("vpshufd xmm8, [rax+4], 0x98", "c4617970400498", a -> a.vpshufd(x(8), Mem.at(RAX, 4), 0x98)),
                is("vpshufd xmm8, xmm8, 14", "c4417970c00e", a -> a.vpshufd(x(8), x(8), 14)),
                is("kmovd k1, [rax+rdx*2+2]", "c4e1f9904c5002", a -> a.kmovd(1, Mem.at(RAX, RDX, 2, 2))),
                is("kshiftrd k2, k1, 16", "c4e37931d110", a -> a.kshiftrd(2, 1, 16)),
                is("vpmovb2m k1, ymm30", "62927e2829ce", a -> a.vpmovb2m(1, y(30))));
    }
}
