package dev.tenon.cpu.x86;

import static dev.tenon.cpu.x86.Gpr.RSP;

import dev.tenon.DType;

/**
 * Q4_K and Q5_K: 256 values in eight sub-blocks of 32, each with a scale and a minimum of six bits, twelve bytes together,
 * that multiply the block's own two F16. Each 32 bytes hold a sub-block in their low and the next in their high nibbles.
 *
 * <p>The sixteen scales and minimums are computed together and kept below the stack pointer, in the 128 bytes that the
 * System V calling convention leaves to a function that calls none.
 */
record SuperNibbleFormat(DType type) implements WeightFormat {
    private static final int SCALES = 4;
    private static final int FIFTHS = 16;

    /** Below the stack pointer: the scales, then the minimums. */
    private static final int SCRATCH = -64;

    private boolean hasFifth() {
        return type == DType.Q5_K;
    }

    private int nibbles() {
        return hasFifth() ? FIFTHS + 32 : FIFTHS;
    }

    @Override
    public int elements(Isa isa) {
        return 256;
    }

    @Override
    public int bytes(Isa isa) {
        return nibbles() + 128;
    }

    @Override
    public void prepare(Site site) {
        if (site.isa() == Isa.AVX512) {
            NibbleFormat.integers(site, site.free(8), 0);
            NibbleFormat.integers(site, site.free(9), 16);
        }
    }

    @Override
    public void decode(Mem block, Site site, Values values) {
        scales(block, site);
        for (int pair = 0; pair < 4; pair++) {
            if (site.isa() == Isa.AVX512) {
                lookUp(block, pair, site, values);
            } else {
                for (int j = 2 * pair; j < 2 * pair + 2; j++) {
                    load(j, site);
                    convert(block, j, site, values);
                }
            }
        }
    }

    /** Sub-block {@code j}'s scale and minimum, to the first two free registers. */
    private static void load(int j, Site site) {
        site.code().vbroadcastss(site.free(0), Mem.at(RSP, SCRATCH + j * 4));
        site.code().vbroadcastss(site.free(1), Mem.at(RSP, SCRATCH + 32 + j * 4));
    }

    /**
     * Puts the eight scales and the eight minimums together: the first four of each have bytes of their own, the others have
     * four bits in the last word and two at the top of the first four.
     */
    private void scales(Mem block, Site site) {
        Assembler code = site.code();
        Vec low = site.free(0).as(16);
        Vec high = site.free(1).as(16);
        code.vpshufd(low, block.plus(SCALES), 0b10_01_10_00);
        code.vpsrlvd(low, low, site.constant("scale shifts", i -> i % 4 == 3 ? 4 : 0));
        code.vpand(low, low, site.constant("scale bits", i -> i % 2 == 0 ? 0x3f3f3f3f : 0x0f0f0f0f));
        code.vpshufd(high, block.plus(SCALES), 0b01_01_00_00);
        code.vpsrld(high, high, 2);
        code.vpand(high, high, site.constant("upper scale bits", i -> i % 2 == 0 ? 0 : 0x30303030));
        code.vpor(low, low, high);
        for (int side = 0; side < 2; side++) {
            Vec factor = site.free(2 + side).as(32);
            Vec sixBits = site.free(4 + side).as(32);
            site.broadcastHalf(factor, block.plus(side * 2));
            code.vpmovzxbd(sixBits, low);
            if (side == 0) {
                code.vpshufd(low, low, 0b00_00_11_10);
            }
            code.vcvtdq2ps(sixBits, sixBits);
            code.vmulps(sixBits, sixBits, factor);
            code.vmovups(Mem.at(RSP, SCRATCH + side * 32), sixBits);
        }
    }

    /** Two sub-blocks, whose nibbles share their bytes: each has tables of its own for what a nibble stands for. */
    private void lookUp(Mem block, int pair, Site site, Values values) {
        Assembler code = site.code();
        Vec minimums = site.free(pair / 2);
        if (pair % 2 == 0) {
            code.vbroadcastf32x4(minimums, Mem.at(RSP, SCRATCH + 32 + pair * 8));
        }
        for (int side = 0; side < 2; side++) {
            int j = 2 * pair + side;
            table(site, site.free(2 + side), site.free(8), minimums, j);
            if (hasFifth()) {
                table(site, site.free(4 + side), site.free(9), minimums, j);
                Vec bits = site.free(6).as(32);
                code.vmovups(bits, block.plus(FIFTHS));
                if (j < 7) {
                    code.vpsllw(bits, bits, 7 - j); // bit j of each byte to its top, from where the mask is taken
                }
                code.vpmovb2m(1 + side, bits);
            }
        }
        Vec bytes = site.free(6);
        Vec value = site.free(7);
        for (int i = 0; i < 2; i++) {
            code.vpmovzxbd(bytes, block.plus(nibbles() + pair * 32 + i * 16));
            for (int side = 0; side < 2; side++) {
                if (side == 1) {
                    code.vpsrld(bytes, bytes, 4);
                }
                code.vpermps(value, bytes, site.free(2 + side), 0);
                if (hasFifth()) {
                    code.vpermps(value, bytes, site.free(4 + side), 1 + side);
                    if (i == 0) {
                        code.kshiftrd(1 + side, 1 + side, 16);
                    }
                }
                values.take(pair * 4 + side * 2 + i, value);
            }
        }
    }

    /**
     * What nibbles of sub-block {@code j} stand for. The minimum comes by way of the shuffle unit and the scale by way of the
     * load unit, since with either alone that unit is what limits: 14 against 11 GB of Q4_K a second.
     */
    private static void table(Site site, Vec to, Vec integers, Vec minimums, int j) {
        site.code().vpermilps(to, minimums, j % 4 * 0b01_01_01_01);
        site.code().vfmsub231ps(to, integers, Mem.at(RSP, SCRATCH + j * 4));
    }

    private void convert(Mem block, int j, Site site, Values values) {
        Assembler code = site.code();
        int lanes = site.isa().lanes();
        for (int i = 0; i < 32 / lanes; i++) {
            Vec value = site.free(2 + i % 2);
            code.vpmovzxbd(value, block.plus(nibbles() + j / 2 * 32 + i * lanes));
            if (j % 2 == 0) {
                code.vpand(value, value, site.constant("nibble", lane -> 15));
            } else {
                code.vpsrld(value, value, 4);
            }
            if (hasFifth()) {
                Vec fifth = site.free(4);
                code.vpmovzxbd(fifth, block.plus(FIFTHS + i * lanes));
                if (j < 4) {
                    code.vpslld(fifth, fifth, 4 - j);
                } else if (j > 4) {
                    code.vpsrld(fifth, fifth, j - 4);
                }
                code.vpand(fifth, fifth, site.constant("sixteen", lane -> 16));
                code.vpor(value, value, fifth);
            }
            code.vcvtdq2ps(value, value);
            code.vfmsub213ps(value, site.free(0), site.free(1));
            values.take(j * 32 / lanes + i, value);
        }
    }
}
