package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * Rotary position embedding (Su et al. 2021) of the first {@code 2 * pairs} elements of each head; the rest is copied.
 * Pair i at position p turns by the angle {@code p * frequencies[i]}. The scaling variants (linear, NTK, YaRN, Llama 3,
 * LongRoPE) differ only in the frequencies and the magnitude, which {@code dev.tenon.RopeFrequencies} computes.
 *
 * @param in [batch, tokens, heads, headSize], F32, F16, BF16 (or F64)
 * @param positions [batch, tokens] or [tokens], I32
 * @param frequencies [pairs], F32, in radians a position
 * @param pairing which elements make a pair
 * @param magnitude multiplies the rotated elements (YaRN's attention factor), usually 1
 * @param inverse turns by the negative angle: the gradient of the forward turn
 * @param out the shape and type of {@code in}; may be {@code in} itself
 */
public record Rope(
        Tensor in, Tensor positions, Tensor frequencies, Pairing pairing, float magnitude, boolean inverse, Tensor out)
        implements Op {
    /** Which elements of a head turn together. */
    public enum Pairing {
        /** Elements 2i and 2i + 1: the paper's, GPT-J's, and that of Llama weights in GGUF. */
        ADJACENT,
        /** Elements i and i + pairs: GPT-NeoX's, Qwen's, Gemma's, and that of Hugging Face's Llama. */
        HALVES
    }

    @Override
    public List<Tensor> inputs() {
        return List.of(in, positions, frequencies);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(out);
    }
}
