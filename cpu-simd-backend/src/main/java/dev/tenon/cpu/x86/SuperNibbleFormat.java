package dev.tenon.cpu.x86;

import dev.tenon.DType;

/**
 * Q4_K and Q5_K: 256 values in eight sub-blocks of 32, each with a scale and a minimum of six bits, twelve bytes together,
 * that multiply the block's own two F16. Each 32 bytes hold a sub-block in their low and the next in their high nibbles.
 *
 * <p>The sixteen scales and minimums are computed together and kept in memory, from where an operand of an instruction
 * spreads one over its lanes for nothing.
 */
record SuperNibbleFormat(DType type) implements WeightFormat {
    private static final int SCALES = 4;
    private static final int FIFTHS = 16;

    /** In scratch memory, behind the scales. */
    private static final int MINIMUMS = 32;

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
        site.code().vbroadcastss(site.free(0), site.scratch(j * 4));
        site.code().vbroadcastss(site.free(1), site.scratch(MINIMUMS + j * 4));
    }

    /**
     * Puts the eight scales and the eight minimums together: the first four of each have bytes of their own, the others have
     * four bits in the last word and two at the top of the first four.
     */
    @Override
    public void scales(Mem block, Site site) {
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
            code.vpmovzxbd(sixBits, low);
            if (side == 0) {
                code.vpshufd(low, low, 0b00_00_11_10);
            }
            code.vcvtdq2ps(sixBits, sixBits);
            site.multiplyByHalf(sixBits, block.plus(side * 2), factor);
            code.vmovups(site.scratch(side * MINIMUMS), sixBits);
        }
    }

    /** Two sub-blocks, whose nibbles share their bytes: each has tables of its own for what a nibble stands for. */
    private void lookUp(Mem block, int pair, Site site, Values values) {
        Assembler code = site.code();
        for (int side = 0; side < 2; side++) {
            int j = 2 * pair + side;
            table(site, site.free(side), site.free(8), j);
            if (hasFifth()) {
                table(site, site.free(2 + side), site.free(9), j);
                Vec bits = site.free(4 + side).as(32);
                code.vmovups(bits, block.plus(FIFTHS));
                if (j < 7) {
                    code.vpsllw(bits, bits, 7 - j); // bit j of each byte to its top, from where the mask is taken
                }
                code.vpmovb2m(1 + side, bits);
            }
        }
        for (int i = 0; i < 2; i++) {
            Vec bytes = site.free(4 + i);
            code.vpmovzxbd(bytes, block.plus(nibbles() + pair * 32 + i * 16));
            for (int side = 0; side < 2; side++) {
                Vec value = site.free(6 + side);
                if (side == 1) {
                    code.vpsrld(bytes, bytes, 4);
                }
                code.vpermps(value, bytes, site.free(side), 0);
                if (hasFifth()) {
                    code.vpermps(value, bytes, site.free(2 + side), 1 + side);
                    if (i == 0) {
                        code.kshiftrd(1 + side, 1 + side, 16);
                    }
                }
                values.take(pair * 4 + side * 2 + i, value);
            }
        }
    }

    /** What nibbles of sub-block {@code j} stand for. The products are exact, so that one rounding is left, as in a multiply-add. */
    private static void table(Site site, Vec to, Vec integers, int j) {
        site.code().vmulpsByOne(to, integers, site.scratch(j * 4));
        site.code().vsubpsOfOne(to, to, site.scratch(MINIMUMS + j * 4));
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
