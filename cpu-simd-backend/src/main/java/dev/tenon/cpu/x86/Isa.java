package dev.tenon.cpu.x86;

/** What a kernel may count on. */
enum Isa {
    /** AVX2, FMA and F16C: 16 registers of 256 bits. */
    AVX2(32, 16),

    /** AVX-512 F, BW, VL and DQ: 32 registers of 512 bits, and masks. */
    AVX512(64, 32);

    private final int vectorBytes;
    private final int registers;

    Isa(int vectorBytes, int registers) {
        this.vectorBytes = vectorBytes;
        this.registers = registers;
    }

    int vectorBytes() {
        return vectorBytes;
    }

    /** F32 lanes of a vector. */
    int lanes() {
        return vectorBytes / Float.BYTES;
    }

    int registers() {
        return registers;
    }

    /** A register at full width. */
    Vec vector(int number) {
        if (number >= registers) {
            throw new IllegalArgumentException("no vector register " + number);
        }
        return new Vec(number, vectorBytes);
    }
}
