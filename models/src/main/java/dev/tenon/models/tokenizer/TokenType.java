package dev.tenon.models.tokenizer;

import dev.tenon.error.InvalidArgumentException;

/** What a token stands for, in the order of GGUF's {@code tokenizer.ggml.token_type} numbers, which start at 1. */
public enum TokenType {
    NORMAL,
    UNKNOWN,
    /** Steers the model (begin, end, a role): never made from plain text, never shown unless asked. */
    CONTROL,
    /** Added by the model's makers as a whole: cut out of text before anything else, shown as it is. */
    USER_DEFINED,
    UNUSED,
    /** One byte, written {@code <0xNN>}. */
    BYTE;

    private static final TokenType[] TYPES = values();

    /**
     * The type of a GGUF number; 0, "undefined" there, counts as normal.
     *
     * @throws InvalidArgumentException if the number is outside 0 to 6
     */
    public static TokenType ofGguf(int number) {
        if (number < 0 || number > TYPES.length) {
            throw new InvalidArgumentException("token type " + number + " is not one of 0 to " + TYPES.length);
        }
        return number == 0 ? NORMAL : TYPES[number - 1];
    }
}
