package dev.tenon.models.tokenizer;

import java.nio.charset.StandardCharsets;

/** UTF-8 as the tokenizers need it. */
final class Utf8 {
    /** SentencePiece's visible space, U+2581. */
    static final char VISIBLE_SPACE = '\u2581';

    private Utf8() {}

    /** The text with every unpaired surrogate replaced by U+FFFD, so that it has a UTF-8 form. */
    static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return replaceUnpaired(text);
            }
        }
        return text;
    }

    private static String replaceUnpaired(String text) {
        StringBuilder fixed = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); ) {
            int codePoint = text.codePointAt(i);
            boolean unpaired = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
            fixed.appendCodePoint(unpaired ? 0xFFFD : codePoint);
            i += Character.charCount(codePoint);
        }
        return fixed.toString();
    }

    static byte[] bytes(String wellFormed) {
        return wellFormed.getBytes(StandardCharsets.UTF_8);
    }

    /** Bytes of the sequence that a leading byte starts; 1 for a byte that starts none. */
    static int length(byte leading) {
        int value = leading & 0xFF;
        return value < 0xC0 ? 1 : value < 0xE0 ? 2 : value < 0xF0 ? 3 : 4;
    }
}
