package dev.tenon.cpu.x86;

import static dev.tenon.cpu.x86.Encoder.Opcode.element;
import static dev.tenon.cpu.x86.Encoder.Opcode.full;
import static dev.tenon.cpu.x86.Encoder.Opcode.part;

/**
 * The vector instructions that the kernels use, under the names that the processor's manual gives them, destination first. Vector
 * instructions take the shortest encoding that their operands allow: VEX, or EVEX for 512 bits, masks and registers from 16.
 */
final class Assembler extends ScalarAssembler {
    // Moves.

    private static final Opcode LOAD = full(0, 1, 0x10);
    private static final Opcode STORE = full(0, 1, 0x11);
    private static final Opcode BROADCAST = element(1, 2, 0x18, 4);
    private static final Opcode BROADCAST_WORD = element(1, 2, 0x58, 4);

    void vmovups(Vec to, Mem from) {
        vector(LOAD, to.lengthField(), to.number(), 0, from, 0, false);
    }

    void vmovups(Vec to, Vec from) {
        vector(LOAD, to.lengthField(), to.number(), 0, from.number(), 0);
    }

    void vmovups(Mem to, Vec from) {
        vector(STORE, from.lengthField(), from.number(), 0, to, 0, false);
    }

    private static final Opcode STORE_PAST_CACHES = full(0, 1, 0x2b);

    /** To memory that is aligned to the vector, past the caches. */
    void vmovntps(Mem to, Vec from) {
        vector(STORE_PAST_CACHES, from.lengthField(), from.number(), 0, to, 0, false);
    }

    void vbroadcastss(Vec to, Mem from) {
        vector(BROADCAST, to.lengthField(), to.number(), 0, from, 0, false);
    }

    /** Four bytes to all lanes of four bytes. */
    void vpbroadcastd(Vec to, Mem from) {
        vector(BROADCAST_WORD, to.lengthField(), to.number(), 0, from, 0, false);
    }

    private static final Opcode STORE_SCALAR = element(2, 1, 0x11, 4);

    void vmovss(Mem to, Vec from) {
        vector(STORE_SCALAR, 0, from.number(), 0, to, 0, false);
    }

    // F32 arithmetic.

    private static final Opcode ADD = full(0, 1, 0x58);
    private static final Opcode MULTIPLY = full(0, 1, 0x59);
    private static final Opcode SUBTRACT_F32 = full(0, 1, 0x5c);
    private static final Opcode ADD_SCALAR = element(2, 1, 0x58, 4);
    private static final Opcode FMADD_231 = full(1, 2, 0xb8);
    private static final Opcode FMADD_213 = full(1, 2, 0xa8);
    private static final Opcode FMSUB_213 = full(1, 2, 0xaa);

    void vaddps(Vec to, Vec left, Vec right) {
        vector(ADD, to.lengthField(), to.number(), left.number(), right.number(), 0);
    }

    void vaddps(Vec to, Vec left, Mem right) {
        vector(ADD, to.lengthField(), to.number(), left.number(), right, 0, false);
    }

    void vaddss(Vec to, Vec left, Vec right) {
        vector(ADD_SCALAR, 0, to.number(), left.number(), right.number(), 0);
    }

    void vaddss(Vec to, Vec left, Mem right) {
        vector(ADD_SCALAR, 0, to.number(), left.number(), right, 0, false);
    }

    void vmulps(Vec to, Vec left, Vec right) {
        vector(MULTIPLY, to.lengthField(), to.number(), left.number(), right.number(), 0);
    }

    void vmulps(Vec to, Vec left, Mem right) {
        vector(MULTIPLY, to.lengthField(), to.number(), left.number(), right, 0, false);
    }

    /** {@code left + right}, of which the one F32 in memory serves all lanes; with AVX-512. */
    void vaddpsOfOne(Vec to, Vec left, Mem right) {
        vector(ADD, to.lengthField(), to.number(), left.number(), right, 0, true);
    }

    /** {@code left - right}, of which the one F32 in memory serves all lanes; with AVX-512. */
    void vsubpsOfOne(Vec to, Vec left, Mem right) {
        vector(SUBTRACT_F32, to.lengthField(), to.number(), left.number(), right, 0, true);
    }

    /** {@code left * right}, of which the one F32 in memory serves all lanes; with AVX-512. */
    void vmulpsByOne(Vec to, Vec left, Mem right) {
        vector(MULTIPLY, to.lengthField(), to.number(), left.number(), right, 0, true);
    }

    /** {@code sum += left * right}. */
    void vfmadd231ps(Vec sum, Vec left, Vec right) {
        vector(FMADD_231, sum.lengthField(), sum.number(), left.number(), right.number(), 0);
    }

    /** {@code sum += left * right}. */
    void vfmadd231ps(Vec sum, Vec left, Mem right) {
        vector(FMADD_231, sum.lengthField(), sum.number(), left.number(), right, 0, false);
    }

    /** {@code to = to * factor + term}. */
    void vfmadd213ps(Vec to, Vec factor, Vec term) {
        vector(FMADD_213, to.lengthField(), to.number(), factor.number(), term.number(), 0);
    }

    /** {@code to = to * factor - term}. */
    void vfmsub213ps(Vec to, Vec factor, Vec term) {
        vector(FMSUB_213, to.lengthField(), to.number(), factor.number(), term.number(), 0);
    }

    // Integers and conversions.

    private static final Opcode XOR = full(1, 1, 0xef);
    private static final Opcode AND = full(1, 1, 0xdb);
    private static final Opcode OR = full(1, 1, 0xeb);
    private static final Opcode ADD_WORDS = full(1, 1, 0xfe);
    private static final Opcode ADD_DOUBLE_WORDS = full(1, 1, 0xd4).wide();
    private static final Opcode SUBTRACT = full(1, 1, 0xfa);
    private static final Opcode SUBTRACT_BYTES = full(1, 1, 0xf8);
    private static final Opcode OF_THREE = full(1, 3, 0x25);
    private static final Opcode EQUAL = full(1, 1, 0x76);
    private static final Opcode SHIFT_EACH = full(1, 2, 0x45);
    private static final Opcode SHIFT_WORD = full(1, 1, 0x72);
    private static final Opcode SHIFT_HALF = full(1, 1, 0x71);
    private static final Opcode ZERO_EXTEND_BYTES = part(1, 2, 0x31, 4);
    private static final Opcode SIGN_EXTEND_BYTES = part(1, 2, 0x21, 4);
    private static final Opcode ZERO_EXTEND_HALVES = part(1, 2, 0x33, 2);
    private static final Opcode FROM_INTEGER = full(0, 1, 0x5b);
    private static final Opcode FROM_F16 = part(1, 2, 0x13, 2);

    /** Zero in every lane. */
    void clear(Vec to) {
        vector(XOR, to.lengthField(), to.number(), to.number(), to.number(), 0);
    }

    void vpand(Vec to, Vec left, Vec right) {
        vector(AND, to.lengthField(), to.number(), left.number(), right.number(), 0);
    }

    void vpand(Vec to, Vec left, Mem right) {
        vector(AND, to.lengthField(), to.number(), left.number(), right, 0, false);
    }

    void vpor(Vec to, Vec left, Vec right) {
        vector(OR, to.lengthField(), to.number(), left.number(), right.number(), 0);
    }

    void vpaddd(Vec to, Vec left, Mem right) {
        vector(ADD_WORDS, to.lengthField(), to.number(), left.number(), right, 0, false);
    }

    void vpaddq(Vec to, Vec left, Mem right) {
        vector(ADD_DOUBLE_WORDS, to.lengthField(), to.number(), left.number(), right, 0, false);
    }

    void vpsubd(Vec to, Vec left, Vec right) {
        vector(SUBTRACT, to.lengthField(), to.number(), left.number(), right.number(), 0);
    }

    void vpsubb(Vec to, Vec left, Vec right) {
        vector(SUBTRACT_BYTES, to.lengthField(), to.number(), left.number(), right.number(), 0);
    }

    /**
     * Any function of three bits, for each bit: {@code function} has at place {@code 4 a + 2 b + c} what it is of those of {@code to},
     * {@code second} and {@code third}; with AVX-512.
     */
    void vpternlogd(Vec to, Vec second, Vec third, int function) {
        evexOnly(OF_THREE, to.lengthField(), to.number(), second.number(), third.number());
        put(function);
    }

    /** All ones in lanes that are equal; with 256 bits or fewer. */
    void vpcmpeqd(Vec to, Vec left, Mem right) {
        vector(EQUAL, to.lengthField(), to.number(), left.number(), right, 0, false);
    }

    void vpsrld(Vec to, Vec from, int bits) {
        vector(SHIFT_WORD, to.lengthField(), 2, to.number(), from.number(), 0);
        put(bits);
    }

    /** Each lane by a number of bits of its own. */
    void vpsrlvd(Vec to, Vec from, Mem bits) {
        vector(SHIFT_EACH, to.lengthField(), to.number(), from.number(), bits, 0, false);
    }

    void vpslld(Vec to, Vec from, int bits) {
        vector(SHIFT_WORD, to.lengthField(), 6, to.number(), from.number(), 0);
        put(bits);
    }

    /** Lanes of two bytes to the left. */
    void vpsllw(Vec to, Vec from, int bits) {
        vector(SHIFT_HALF, to.lengthField(), 6, to.number(), from.number(), 0);
        put(bits);
    }

    /** Lanes of two bytes to the right. */
    void vpsrlw(Vec to, Vec from, int bits) {
        vector(SHIFT_HALF, to.lengthField(), 2, to.number(), from.number(), 0);
        put(bits);
    }

    void vpmovzxbd(Vec to, Mem from) {
        vector(ZERO_EXTEND_BYTES, to.lengthField(), to.number(), 0, from, 0, false);
    }

    void vpmovzxbd(Vec to, Vec from) {
        vector(ZERO_EXTEND_BYTES, to.lengthField(), to.number(), 0, from.number(), 0);
    }

    void vpmovsxbd(Vec to, Mem from) {
        vector(SIGN_EXTEND_BYTES, to.lengthField(), to.number(), 0, from, 0, false);
    }

    void vpmovsxbd(Vec to, Vec from) {
        vector(SIGN_EXTEND_BYTES, to.lengthField(), to.number(), 0, from.number(), 0);
    }

    void vpmovzxwd(Vec to, Mem from) {
        vector(ZERO_EXTEND_HALVES, to.lengthField(), to.number(), 0, from, 0, false);
    }

    /** 32-bit integers to F32. */
    void vcvtdq2ps(Vec to, Vec from) {
        vector(FROM_INTEGER, to.lengthField(), to.number(), 0, from.number(), 0);
    }

    /** F16 to F32, exactly; {@code from} is half as wide. */
    void vcvtph2ps(Vec to, Vec from) {
        vector(FROM_F16, to.lengthField(), to.number(), 0, from.number(), 0);
    }

    void vcvtph2ps(Vec to, Mem from) {
        vector(FROM_F16, to.lengthField(), to.number(), 0, from, 0, false);
    }

    private static final Opcode TO_F16 = part(1, 3, 0x1d, 2);

    /** F32 to F16, to nearest, ties to even, whatever the thread's rounding mode; {@code to} is half as wide. */
    void vcvtps2ph(Mem to, Vec from) {
        vector(TO_F16, from.lengthField(), from.number(), 0, to, 0, false);
        put(0);
    }

    // Lanes.

    private static final Opcode PERMUTE = full(1, 2, 0x16);
    private static final Opcode EXTRACT_128 = full(1, 3, 0x19);
    private static final Opcode EXTRACT_256 = full(1, 3, 0x1b).wide();
    private static final Opcode HIGH_TO_LOW = full(0, 1, 0x12);
    private static final Opcode ODD_TO_EVEN = full(2, 1, 0x16);

    /** {@code to[i] = from[index[i]]}, of an index the low bits; 256 bits or more. Lanes outside {@code mask} stay. */
    void vpermps(Vec to, Vec index, Vec from, int mask) {
        vector(PERMUTE, to.lengthField(), to.number(), index.number(), from.number(), mask);
    }

    /** The upper half of a vector of 256 or 512 bits. */
    void upperHalf(Vec to, Vec from) {
        Opcode opcode = from.bytes() == 64 ? EXTRACT_256 : EXTRACT_128;
        vector(opcode, from.lengthField(), from.number(), 0, to.number(), 0);
        put(1);
    }

    void vmovhlps(Vec to, Vec others, Vec from) {
        vector(HIGH_TO_LOW, 0, to.number(), others.number(), from.number(), 0);
    }

    void vmovshdup(Vec to, Vec from) {
        vector(ODD_TO_EVEN, to.lengthField(), to.number(), 0, from.number(), 0);
    }

    private static final Opcode SHUFFLE_WORDS = full(1, 1, 0x70);

    /** Words of 32 bits in the order that {@code order} gives, two bits each from the lowest, in every 128 bits. */
    void vpshufd(Vec to, Vec from, int order) {
        vector(SHUFFLE_WORDS, to.lengthField(), to.number(), 0, from.number(), 0);
        put(order);
    }

    void vpshufd(Vec to, Mem from, int order) {
        vector(SHUFFLE_WORDS, to.lengthField(), to.number(), 0, from, 0, false);
        put(order);
    }

    // Mask registers.

    private static final Opcode MASK_LOAD = new Opcode(1, 1, 1, 0x90, 1, 4);
    private static final Opcode MASK_SHIFT_RIGHT = new Opcode(1, 3, 0, 0x31, 1, 4);
    private static final Opcode SIGNS_TO_MASK = full(2, 2, 0x29);

    /** 32 bits. */
    void kmovd(int to, Mem from) {
        vector(MASK_LOAD, 0, to, 0, from, 0, false);
    }

    void kshiftrd(int to, int from, int bits) {
        vector(MASK_SHIFT_RIGHT, 0, to, 0, from, 0);
        put(bits);
    }

    /** The highest bit of each byte; needs AVX-512BW. */
    void vpmovb2m(int to, Vec from) {
        evexOnly(SIGNS_TO_MASK, from.lengthField(), to, 0, from.number());
    }
}
