package dev.tenon.cpu.x86;

/** Q8_0: 32 signed bytes behind an F16 scale. */
record ByteFormat() implements WeightFormat {
    private static final int VALUES = 2;

    @Override
    public int elements(Isa isa) {
        return 32;
    }

    @Override
    public int bytes(Isa isa) {
        return 34;
    }

    @Override
    public void decode(Mem block, Site site, Values values) {
        Assembler code = site.code();
        Vec scale = site.free(0);
        Mem half = site.half(block);
        boolean spreads = site.isa() == Isa.AVX512; // for nothing, in the multiplication itself
        if (!spreads) {
            code.vbroadcastss(scale, half);
        }
        int lanes = site.isa().lanes();
        for (int i = 0; i < 32 / lanes; i++) {
            Vec value = site.free(1 + i);
            code.vpmovsxbd(value, block.plus(VALUES + i * lanes));
            code.vcvtdq2ps(value, value);
            if (spreads) {
                code.vmulpsByOne(value, value, half);
            } else {
                code.vmulps(value, value, scale);
            }
            values.take(i, value);
        }
    }
}
