package dev.tenon.cpu.x86;

import dev.tenon.DType;

/** F32, F16 and BF16: a block is one vector. */
record PlainFormat(DType type) implements WeightFormat {
    @Override
    public int elements(Isa isa) {
        return isa.lanes();
    }

    @Override
    public int bytes(Isa isa) {
        return isa.lanes() * type.blockBytes();
    }

    @Override
    public void decode(Mem block, Site site, Values values) {
        Assembler code = site.code();
        Vec value = site.free(0);
        switch (type) {
            case F32 -> code.vmovups(value, block);
            case F16 -> code.vcvtph2ps(value, block);
            case BF16 -> {
                code.vpmovzxwd(value, block);
                code.vpslld(value, value, 16);
            }
            default -> throw new IllegalStateException("not a plain type: " + type);
        }
        values.take(0, value);
    }
}
