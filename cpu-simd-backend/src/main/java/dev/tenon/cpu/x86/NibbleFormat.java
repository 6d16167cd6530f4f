package dev.tenon.cpu.x86;

import dev.tenon.DType;

/**
 * Q4_0, Q4_1, Q5_0 and Q5_1: 16 bytes whose low nibbles are the first half of a block's 32 values and whose high nibbles are
 * the second; for five bits a word with the fifth bits before them.
 *
 * <p>With AVX-512 a block's sixteen possible values are computed first, in the lanes of one register, and a permutation
 * looks each value up by its nibble: two instructions a vector. The scale and the minimum are
 * operands in memory, which the multiplication and the addition spread over their lanes for nothing. With AVX2, whose registers are too short for that, a mask or
 * shift, a conversion and a multiply-add.
 */
record NibbleFormat(DType type) implements WeightFormat {
    private boolean hasMinimum() {
        return type == DType.Q4_1 || type == DType.Q5_1;
    }

    private boolean hasFifth() {
        return type == DType.Q5_0 || type == DType.Q5_1;
    }

    /** What is subtracted from every value where there is no minimum. */
    private int offset() {
        return hasMinimum() ? 0 : hasFifth() ? 16 : 8;
    }

    private int fifth() {
        return hasMinimum() ? 4 : 2;
    }

    private int nibbles() {
        return fifth() + (hasFifth() ? 4 : 0);
    }

    @Override
    public int elements(Isa isa) {
        return 32;
    }

    @Override
    public int bytes(Isa isa) {
        return nibbles() + 16;
    }

    @Override
    public void prepare(Site site) {
        if (site.isa() == Isa.AVX512) {
            integers(site, site.free(8), -offset());
            integers(site, site.free(9), 16 - offset());
        }
    }

    /** The sixteen whole numbers from {@code from} on, as F32. */
    static void integers(Site site, Vec to, int from) {
        site.code().vmovups(to, site.constant("from " + from, i -> Float.floatToRawIntBits(from + i)));
    }

    @Override
    public void decode(Mem block, Site site, Values values) {
        if (site.isa() == Isa.AVX512) {
            lookUp(block, site, values);
        } else {
            convert(block, site, values);
        }
    }

    private void lookUp(Mem block, Site site, Values values) {
        Assembler code = site.code();
        Vec low = site.free(2);
        Vec high = site.free(3);
        Vec nibbles = site.free(4);
        tables(block, site, low, high);
        if (hasFifth()) {
            code.kmovd(1, block.plus(fifth()));
        }
        code.vpmovzxbd(nibbles, block.plus(nibbles()));
        for (int half = 0; half < 2; half++) {
            Vec value = site.free(5 + half);
            code.vpermps(value, nibbles, low, 0);
            if (hasFifth()) {
                code.vpermps(value, nibbles, high, 1);
            }
            values.take(half, value);
            if (half == 0) {
                code.vpsrld(nibbles, nibbles, 4);
                if (hasFifth()) {
                    code.kshiftrd(1, 1, 16);
                }
            }
        }
    }

    /**
     * What the nibbles 0 to 15 stand for, and with the fifth bit's worth added to them. The products are exact, so that one rounding
     * is left, as in a multiply-add.
     */
    private void tables(Mem block, Site site, Vec low, Vec high) {
        Assembler code = site.code();
        Mem scale = site.half(block);
        code.vmulpsByOne(low, site.free(8), scale);
        if (hasFifth()) {
            code.vmulpsByOne(high, site.free(9), scale);
        }
        if (hasMinimum()) {
            Mem minimum = site.half(block.plus(2));
            code.vaddpsOfOne(low, low, minimum);
            if (hasFifth()) {
                code.vaddpsOfOne(high, high, minimum);
            }
        }
    }

    private void convert(Mem block, Site site, Values values) {
        Assembler code = site.code();
        int lanes = site.isa().lanes();
        Vec scale = site.free(0);
        Vec minimum = site.free(1);
        site.broadcastHalf(scale, block);
        if (hasMinimum()) {
            site.broadcastHalf(minimum, block.plus(2));
        } else {
            code.vmulps(minimum, scale, site.constant("offset", i -> Float.floatToRawIntBits(-offset())));
        }
        Mem nibble = site.constant("nibble", i -> 15);
        Vec fifths = site.free(2);
        if (hasFifth()) {
            code.vpbroadcastd(fifths, block.plus(fifth()));
        }
        for (int i = 0; i < 16; i += lanes) {
            Vec pair = site.free(3);
            code.vpmovzxbd(pair, block.plus(nibbles() + i));
            for (int half = 0; half < 2; half++) {
                Vec value = site.free(4 + half);
                if (half == 0) {
                    code.vpand(value, pair, nibble);
                } else {
                    code.vpsrld(value, pair, 4);
                }
                if (hasFifth()) {
                    int bit = half * 16 + i;
                    Mem bits = site.constant("bits from " + bit, lane -> 1 << bit + lane);
                    Vec set = site.free(6);
                    code.vpand(set, fifths, bits);
                    code.vpcmpeqd(set, set, bits);
                    code.vpand(set, set, site.constant("sixteen", lane -> 16));
                    code.vpor(value, value, set);
                }
                code.vcvtdq2ps(value, value);
                code.vfmadd213ps(value, scale, minimum);
                values.take((half * 16 + i) / lanes, value);
            }
        }
    }
}
