package dev.tenon.models.tokenizer;

import java.util.Arrays;
import java.util.HexFormat;

/** The tokens that stand for one byte, {@code <0x00>} to {@code <0xFF>}, as SentencePiece falls back to. */
final class ByteTokens {
    private final int[] idOfByte;
    private final boolean any;

    private ByteTokens(int[] idOfByte) {
        this.idOfByte = idOfByte;
        any = Arrays.stream(idOfByte).anyMatch(id -> id >= 0);
    }

    static ByteTokens of(Vocabulary vocabulary) {
        HexFormat hex = HexFormat.of().withUpperCase();
        int[] ids = new int[256];
        for (int value = 0; value < ids.length; value++) {
            ids[value] = vocabulary.find("<0x" + hex.toHexDigits((byte) value) + ">");
        }
        return new ByteTokens(ids);
    }

    /** Whether there is one at all. */
    boolean present() {
        return any;
    }

    /** Adds the token of each byte, none for a byte that has none. */
    void add(byte[] bytes, IntList ids) {
        for (byte value : bytes) {
            if (idOfByte[value & 0xFF] >= 0) {
                ids.add(idOfByte[value & 0xFF]);
            }
        }
    }

    /** The byte that a token's text names, 0 to 255, or -1. */
    static int parse(String text) {
        boolean shaped = text.length() == 6 && text.startsWith("<0x") && text.endsWith(">");
        if (!shaped || !HexFormat.isHexDigit(text.charAt(3)) || !HexFormat.isHexDigit(text.charAt(4))) {
            return -1;
        }
        return HexFormat.fromHexDigits(text, 3, 5);
    }
}
