package dev.tenon.models.tokenizer;

/**
 * The ids with a role, {@link #NONE} where a model has no such token, and which of them encoding adds by itself.
 *
 * @param bos starts a text; BERT's {@code [CLS]}
 * @param eos ends a text
 * @param unknown stands for what the vocabulary cannot write
 * @param separator ends a segment; BERT's {@code [SEP]}
 * @param padding fills a batch
 * @param mask hides a token in training
 * @param endOfTurn ends a chat turn
 * @param addBos whether encoding starts with {@code bos}
 * @param addEos whether encoding ends with {@code eos}
 * @param addSeparator whether encoding ends with {@code separator}
 */
public record SpecialTokens(
        int bos,
        int eos,
        int unknown,
        int separator,
        int padding,
        int mask,
        int endOfTurn,
        boolean addBos,
        boolean addEos,
        boolean addSeparator) {
    /** In place of an id: the model has no such token. */
    public static final int NONE = -1;

    /** No token has a role and none is added. */
    public static final SpecialTokens ABSENT =
            new SpecialTokens(NONE, NONE, NONE, NONE, NONE, NONE, NONE, false, false, false);
}
