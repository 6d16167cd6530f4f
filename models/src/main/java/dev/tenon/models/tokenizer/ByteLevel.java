package dev.tenon.models.tokenizer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * GPT-2's printable alphabet: every byte has one character, itself where that prints, else one from U+0100 on, so that
 * a token of any bytes can be written as text (Radford et al. 2019, the released encoder).
 */
final class ByteLevel {
    private static final char[] TO_CHAR = new char[256];
    private static final short[] TO_BYTE = new short[0x144];

    static {
        Arrays.fill(TO_BYTE, (short) -1);
        char next = 0x100;
        for (int value = 0; value < 256; value++) {
            boolean prints = (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xAC) || value >= 0xAE;
            TO_CHAR[value] = prints ? (char) value : next++;
            TO_BYTE[TO_CHAR[value]] = (short) value;
        }
    }

    private ByteLevel() {}

    static char toChar(int unsignedByte) {
        return TO_CHAR[unsignedByte];
    }

    /** The byte, 0 to 255, that a character stands for, or -1. */
    static int toByte(char character) {
        return character < TO_BYTE.length ? TO_BYTE[character] : -1;
    }

    /** The bytes that a token's text stands for, or null where a character of it stands for none. */
    static byte @Nullable [] bytes(String text) {
        byte[] bytes = new byte[text.length()];
        for (int i = 0; i < bytes.length; i++) {
            int value = toByte(text.charAt(i));
            if (value < 0) {
                return null;
            }
            bytes[i] = (byte) value;
        }
        return bytes;
    }
}
