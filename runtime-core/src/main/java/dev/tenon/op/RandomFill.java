package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * Random values from the counter-based generator Philox4x32-10 (Salmon et al. 2011): element {@code i} in row-major
 * order is a pure function of the seed and {@code offset + i}, so every backend gives the same values. The mapping is
 * defined by {@code dev.tenon.random}.
 *
 * @param seed the generator's 64-bit key
 * @param offset the first element's place in the stream; a caller that fills many tensors moves it on by their sizes
 * @param out F32, F16, BF16 or F64 (which holds the F32 values)
 */
public record RandomFill(Distribution distribution, long seed, long offset, Tensor out) implements Op {
    /** What the values are drawn from. */
    public sealed interface Distribution {}

    /** Uniform in [low, high). */
    public record Uniform(float low, float high) implements Distribution {}

    /** Normal, by Box and Muller's transform. */
    public record Normal(float mean, float deviation) implements Distribution {}

    /** 1 with the given probability, else 0. */
    public record Bernoulli(float probability) implements Distribution {}

    @Override
    public List<Tensor> inputs() {
        return List.of();
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(out);
    }
}
