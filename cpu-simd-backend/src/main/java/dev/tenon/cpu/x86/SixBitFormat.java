package dev.tenon.cpu.x86;

import static dev.tenon.cpu.x86.Gpr.RSP;

/**
 * Q6_K: 256 values in sixteen sub-blocks of 16, each with a scale of eight bits, and one F16 for all. The low four bits of
 * four values that are 32 apart lie in two bytes, their upper two in one.
 */
record SixBitFormat() implements WeightFormat {
    private static final int UPPER = 128;
    private static final int SCALES = 192;
    private static final int SCALE = 208;

    /** Below the stack pointer, in the red zone: the sixteen scales as F32. */
    private static final int SCRATCH = -64;

    @Override
    public int elements(Isa isa) {
        return 256;
    }

    @Override
    public int bytes(Isa isa) {
        return 210;
    }

    @Override
    public void decode(Mem block, Site site, Values values) {
        scales(block, site);
        int lanes = site.isa().lanes();
        for (int half = 0; half < 2; half++) {
            for (int place = 0; place < 32; place += lanes) {
                four(block, half, place, site, values);
            }
        }
    }

    private void scales(Mem block, Site site) {
        Assembler code = site.code();
        Vec scale = site.free(0);
        Vec eightBits = site.free(1);
        site.broadcastHalf(scale, block.plus(SCALE));
        int lanes = site.isa().lanes();
        for (int i = 0; i < 16; i += lanes) {
            code.vpmovsxbd(eightBits, block.plus(SCALES + i));
            code.vcvtdq2ps(eightBits, eightBits);
            code.vmulps(eightBits, eightBits, scale);
            code.vmovups(Mem.at(RSP, SCRATCH + i * 4), eightBits);
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
            code.vbroadcastss(scale, Mem.at(RSP, SCRATCH + (half * 8 + group * 2 + place / 16) * 4));
            code.vmulps(value, value, scale);
            values.take((half * 128 + group * 32 + place) / site.isa().lanes(), value);
        }
    }
}
