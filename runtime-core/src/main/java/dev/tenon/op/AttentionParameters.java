package dev.tenon.op;

/**
 * How scores become weights in attention: {@code softmax(cap(scale * q k) + mask) v}.
 *
 * @param scale multiplies the scores, usually 1 / sqrt(headSize)
 * @param causal whether a query sees only keys at its own position and before; the last query stands at the last key
 * @param window how many positions a query sees, its own included (so keys within {@code window - 1} before it); 0: no
 *     limit. Needs {@code causal}
 * @param softCap c in {@code c * tanh(score / c)} (Gemma 2); 0: none
 */
public record AttentionParameters(float scale, boolean causal, long window, float softCap) {
    /** Causal attention scaled by 1 / sqrt(headSize). */
    public static AttentionParameters causal(long headSize) {
        return new AttentionParameters((float) (1 / Math.sqrt(headSize)), true, 0, 0);
    }

    /** Attention from every query to every key, scaled by 1 / sqrt(headSize). */
    public static AttentionParameters full(long headSize) {
        return new AttentionParameters((float) (1 / Math.sqrt(headSize)), false, 0, 0);
    }
}
