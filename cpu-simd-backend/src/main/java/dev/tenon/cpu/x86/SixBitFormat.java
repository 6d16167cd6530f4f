package dev.tenon.cpu.x86;

/**
 * Q6_K: 256 values in sixteen sub-blocks of 16, each with a scale of eight bits, and one F16 for all. The low four bits of
 * four values that are 32 apart lie in two bytes, their upper two in one.
 *
 * <p>With AVX-512 the six bits are put together while they are bytes, where an instruction costs half of what it does after the
 * bytes have become lanes of four.
 */
record SixBitFormat() implements WeightFormat {
    private static final int UPPER = 128;
    private static final int SCALES = 192;
    private static final int SCALE = 208;

    /** A function of three bits: the first where the third is set, the second elsewhere. */
    private static final int CHOOSE = 0b1110_0100;

    @Override
    public int elements(Isa isa) {
        return 256;
    }

    @Override
    public int bytes(Isa isa) {
        return 210;
    }

    @Override
    public void prepare(Site site) {
        if (site.isa() == Isa.AVX512) {
            everyByte(site, 7, 15);
            everyByte(site, 8, 63);
            everyByte(site, 9, 32);
        }
    }

    private static void everyByte(Site site, int free, int value) {
        site.code().vmovups(site.free(free).as(16), site.constant("bytes of " + value, i -> value * 0x01010101));
    }

    @Override
    public void decode(Mem block, Site site, Values values) {
        int lanes = site.isa().lanes();
        for (int half = 0; half < 2; half++) {
            for (int place = 0; place < 32; place += lanes) {
                if (site.isa() == Isa.AVX512) {
                    fourOfBytes(block, half, place, site, values);
                } else {
                    four(block, half, place, site, values);
                }
            }
        }
    }

    @Override
    public void scales(Mem block, Site site) {
        Assembler code = site.code();
        Vec scale = site.free(0);
        Vec eightBits = site.free(1);
        int lanes = site.isa().lanes();
        for (int i = 0; i < 16; i += lanes) {
            code.vpmovsxbd(eightBits, block.plus(SCALES + i));
            code.vcvtdq2ps(eightBits, eightBits);
            site.multiplyByHalf(eightBits, block.plus(SCALE), scale);
            code.vmovups(site.scratch(i * 4), eightBits);
        }
    }

    /** A vector of each of the four groups of a half, whose six bits come together in bytes. */
    private void fourOfBytes(Mem block, int half, int place, Site site, Values values) {
        Assembler code = site.code();
        Vec nibble = site.free(7).as(16);
        Vec upper = site.free(4).as(16);
        code.vmovups(upper, block.plus(UPPER + half * 32 + place));
        for (int pair = 0; pair < 2; pair++) {
            Vec[] six = {site.free(2 * pair).as(16), site.free(2 * pair + 1).as(16)};
            code.vmovups(six[0], block.plus(half * 64 + pair * 32 + place));
            code.vpsrlw(six[1], six[0], 4);
            for (int side = 0; side < 2; side++) {
                int group = pair + 2 * side;
                Vec bits = site.free(5).as(16);
                switch (group) {
                    case 0 -> code.vpsllw(bits, upper, 4);
                    case 1 -> code.vpsllw(bits, upper, 2);
                    case 2 -> bits = upper;
                    default -> code.vpsrlw(bits, upper, 2);
                }
                code.vpternlogd(six[side], bits, nibble, CHOOSE);
                code.vpand(six[side], six[side], site.free(8).as(16));
                code.vpsubb(six[side], six[side], site.free(9).as(16));
                Vec value = six[side].as(64);
                code.vpmovsxbd(value, six[side]);
                code.vcvtdq2ps(value, value);
                code.vmulpsByOne(value, value, site.scratch((half * 8 + group * 2 + place / 16) * 4));
                values.take((half * 128 + group * 32 + place) / 16, value);
            }
        }
    }

    /** A vector of each of the four groups of a half. */
    private void four(Mem block, int half, int place, Site site, Values values) {
        Assembler code = site.code();
        Mem nibble = site.constant("nibble", i -> 15);
        Mem upperTwo = site.constant("upper two", i -> 48);
        Vec[] low = {site.free(0), site.free(1)};
        Vec upper = site.free(2);
        code.vpmovzxbd(low[0], block.plus(half * 64 + place));
        code.vpmovzxbd(low[1], block.plus(half * 64 + 32 + place));
        code.vpmovzxbd(upper, block.plus(UPPER + half * 32 + place));
        Vec offset = site.free(5);
        code.vmovups(offset, site.constant("thirty-two", i -> 32));
        Vec scale = site.free(6);
        for (int group = 0; group < 4; group++) {
            Vec value = site.free(3);
            Vec bits = site.free(4);
            if (group < 2) {
                code.vpand(value, low[group], nibble);
            } else {
                code.vpsrld(value, low[group - 2], 4);
            }
            switch (group) {
                case 0 -> code.vpslld(bits, upper, 4);
                case 1 -> code.vpslld(bits, upper, 2);
                case 2 -> code.vmovups(bits, upper);
                default -> code.vpsrld(bits, upper, 2);
            }
            code.vpand(bits, bits, upperTwo);
            code.vpor(value, value, bits);
            code.vpsubd(value, value, offset);
            code.vcvtdq2ps(value, value);
            code.vbroadcastss(scale, site.scratch((half * 8 + group * 2 + place / 16) * 4));
            code.vmulps(value, value, scale);
            values.take((half * 128 + group * 32 + place) / site.isa().lanes(), value);
        }
    }
}
