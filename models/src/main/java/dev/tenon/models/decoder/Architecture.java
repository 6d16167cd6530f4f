package dev.tenon.models.decoder;

import dev.tenon.op.Activation;
import dev.tenon.op.Rope.Pairing;
import java.util.Arrays;
import java.util.Optional;

/** The families that {@link Decoder} runs, by GGUF's {@code general.architecture}, and what tells them apart. */
public enum Architecture {
    /** Llama 1 to 3, Mistral, SmolLM and all that are exported under their name. */
    LLAMA("llama", Pairing.ADJACENT, Activation.SILU),
    QWEN2("qwen2", Pairing.HALVES, Activation.SILU),
    QWEN3("qwen3", Pairing.HALVES, Activation.SILU),
    GEMMA("gemma", Pairing.HALVES, Activation.GELU_TANH),
    GEMMA2("gemma2", Pairing.HALVES, Activation.GELU_TANH),
    GEMMA3("gemma3", Pairing.HALVES, Activation.GELU_TANH),
    PHI3("phi3", Pairing.HALVES, Activation.SILU),
    GPT2("gpt2", Pairing.HALVES, Activation.GELU_TANH);

    private final String key;
    private final Pairing pairing;
    private final Activation activation;

    Architecture(String key, Pairing pairing, Activation activation) {
        this.key = key;
        this.pairing = pairing;
        this.activation = activation;
    }

    /** GGUF's name, which is also the prefix of the family's keys. */
    public String key() {
        return key;
    }

    /** Which elements turn together, as GGUF stores the weights. */
    Pairing pairing() {
        return pairing;
    }

    /** The feed-forward network's. */
    Activation activation() {
        return activation;
    }

    /** Layer norm with biases, learned positions and an ungated feed-forward network instead of today's forms. */
    boolean isGpt2() {
        return this == GPT2;
    }

    /** Embeddings times the square root of the width. */
    boolean isGemma() {
        return this == GEMMA || this == GEMMA2 || this == GEMMA3;
    }

    /** A norm after attention and after the feed-forward network too. */
    boolean hasPostNorms() {
        return this == GEMMA2 || this == GEMMA3;
    }

    /** Queries and keys normalized head by head. */
    boolean hasHeadNorms() {
        return this == QWEN3 || this == GEMMA3;
    }

    /** The family of a GGUF name. */
    public static Optional<Architecture> of(String key) {
        return Arrays.stream(values()).filter(each -> each.key.equals(key)).findFirst();
    }
}
