package dev.tenon.cpu.x86;

/** Instructions on general-purpose registers, 64 bits wide, and jumps. */
class ScalarAssembler extends Encoder {
    void mov(Gpr to, Gpr from) {
        scalar(true, 0, 0x8b, to.number(), from);
    }

    void mov(Gpr to, Mem from) {
        scalar(true, 0, 0x8b, to.number(), from);
    }

    /** A constant of 64 bits. */
    void mov(Gpr to, long value) {
        put(0x48 | to.number() >> 3);
        put(0xb8 | to.number() & 7);
        putInt((int) value);
        putInt((int) (value >>> 32));
    }

    /** Two bytes, zeros above them. */
    void movzx16(Gpr to, Mem from) {
        scalar(false, 1, 0xb7, to.number(), from);
    }

    void lea(Gpr to, Mem from) {
        scalar(true, 0, 0x8d, to.number(), from);
    }

    /** Asks for the cache line at an address, as far as the second level; an address without memory is no fault. */
    void prefetcht1(Mem from) {
        scalar(false, 1, 0x18, 2, from);
    }

    void add(Gpr to, Gpr from) {
        scalar(true, 0, 0x03, to.number(), from);
    }

    void add(Gpr to, Mem from) {
        scalar(true, 0, 0x03, to.number(), from);
    }

    void add(Gpr to, int value) {
        scalar(true, 0, 0x81, 0, to);
        putInt(value);
    }

    void sub(Gpr to, int value) {
        scalar(true, 0, 0x81, 5, to);
        putInt(value);
    }

    void sub(Mem to, int value) {
        scalar(true, 0, 0x81, 5, to);
        putInt(value);
    }

    void cmp(Mem left, int right) {
        scalar(true, 0, 0x81, 7, left);
        putInt(right);
    }

    void test(Gpr left, Gpr right) {
        scalar(true, 0, 0x85, left.number(), right);
    }

    void push(Gpr from) {
        if (from.number() >= 8) {
            put(0x41);
        }
        put(0x50 | from.number() & 7);
    }

    void pop(Gpr to) {
        if (to.number() >= 8) {
            put(0x41);
        }
        put(0x58 | to.number() & 7);
    }

    /** Ends the use of wide registers, which slows what follows on some processors. */
    void vzeroupper() {
        put(0xc5);
        put(0xf8);
        put(0x77);
    }

    /** Stores past the caches come before all stores that follow. */
    void sfence() {
        put(0x0f);
        put(0xae);
        put(0xf8);
    }

    void ret() {
        put(0xc3);
    }

    void jump(Label to) {
        put(0xe9);
        distanceTo(to);
    }

    /** Jumps if the last result was zero (or what was compared is equal). */
    void jumpIfZero(Label to) {
        put(0x0f);
        put(0x84);
        distanceTo(to);
    }

    void jumpIfNotZero(Label to) {
        put(0x0f);
        put(0x85);
        distanceTo(to);
    }

    /** Jumps if the left of a signed comparison was less. */
    void jumpIfLess(Label to) {
        put(0x0f);
        put(0x8c);
        distanceTo(to);
    }
}
