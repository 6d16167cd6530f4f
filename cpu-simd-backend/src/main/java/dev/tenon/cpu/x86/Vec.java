package dev.tenon.cpu.x86;

/**
 * A vector register at the width in which an instruction uses it.
 *
 * @param number 0 to 31; from 16 on only with AVX-512
 * @param bytes 16, 32 or 64
 */
record Vec(int number, int bytes) {
    /** The same register, used at another width. */
    Vec as(int width) {
        return new Vec(number, width);
    }

    Vec half() {
        return as(bytes / 2);
    }

    /** The field that says this width in an instruction's prefix. */
    int lengthField() {
        return bytes / 32; // 16, 32, 64: 0, 1, 2
    }
}
