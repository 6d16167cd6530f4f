package dev.tenon.models.tokenizer;

/**
 * What encoding does about special tokens.
 *
 * @param addSpecial adds the begin and end tokens that the model's file asks for
 * @param parseSpecial makes control tokens of their names in the text; never set it for text that a user wrote
 */
public record EncodeOptions(boolean addSpecial, boolean parseSpecial) {
    /** The text alone. */
    public static final EncodeOptions TEXT = new EncodeOptions(false, false);

    /** A text for the model to go on with. */
    public static final EncodeOptions PROMPT = new EncodeOptions(true, false);

    /** What a chat template rendered: it writes all its special tokens itself. */
    public static final EncodeOptions RENDERED = new EncodeOptions(false, true);
}
