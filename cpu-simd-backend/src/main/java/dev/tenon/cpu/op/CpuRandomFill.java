package dev.tenon.cpu.op;

import dev.tenon.DType;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.TileStore;
import dev.tenon.op.RandomFill;
import dev.tenon.op.RandomFill.Bernoulli;
import dev.tenon.op.RandomFill.Normal;
import dev.tenon.op.RandomFill.Uniform;
import dev.tenon.random.Philox;
import dev.tenon.random.RandomValues;

/** Each element from its place in row-major order, as {@link RandomValues} defines. */
final class CpuRandomFill {
    private CpuRandomFill() {}

    /** The value at a place of the stream. */
    private interface Source {
        float at(long place);
    }

    static Runnable bind(RandomFill op, CpuContext context) {
        long seed = op.seed();
        DType type = op.out().dtype();
        Source source = switch (op.distribution()) {
            case Uniform(float low, float high) -> {
                float last = RandomValues.last(low, high, type);
                yield place -> RandomValues.uniform(Philox.word(seed, place), low, high, last);
            }
            case Normal(float mean, float deviation) ->
                place -> Math.fma(RandomValues.normal(seed, place), deviation, mean);
            case Bernoulli(float probability) ->
                place -> RandomValues.bernoulli(Philox.word(seed, place), probability) ? 1 : 0;
        };
        boolean wide = type == DType.F64;
        long offset = op.offset();
        return new TileStore(context.team(), wide ? Domain.F64 : Domain.F32, 16, op.out(), (tile, start, count) -> {
            for (int i = 0; i < count; i++) {
                float value = source.at(offset + start + i);
                if (wide) {
                    OffHeap.setDouble(tile + 8L * i, value);
                } else {
                    OffHeap.setFloat(tile + 4L * i, value);
                }
            }
        });
    }
}
