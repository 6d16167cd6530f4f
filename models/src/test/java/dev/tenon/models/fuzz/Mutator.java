package dev.tenon.models.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Damages files: flips, cuts, splices, repeats, extreme numbers, and for JSON also structure. */
final class Mutator {
    private static final long[] EXTREMES = {
        0,
        1,
        -1,
        2,
        3,
        4,
        5,
        8,
        9,
        12,
        13,
        31,
        64,
        127,
        128,
        255,
        256,
        65_535,
        65_536,
        1 << 20,
        Integer.MAX_VALUE,
        1L << 31,
        (1L << 32) - 1,
        1L << 32,
        1L << 40,
        1L << 60,
        1L << 61,
        1L << 62,
        Long.MAX_VALUE - 31,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };
    private static final String[] JSON = {
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "null",
        "true",
        "-1",
        "1e999",
        "0.5",
        "18446744073709551616",
        "9223372036854775807",
        "\\ud800",
        "\"dtype\":\"F32\",",
        "\"data_offsets\":[0,0],",
        "\"__metadata__\":{},",
        "[[[[",
        "{\"a\":{\"a\":{\"a\":",
        "\"F64\"",
        "\"F4\"",
        "/*",
        "\u0000",
        " ",
        "9999999999"
    };
    private static final int LARGEST = 1 << 14;

    private final SplittableRandom random;

    Mutator(long seed) {
        this.random = new SplittableRandom(seed);
    }

    int below(int bound) {
        return random.nextInt(Math.max(1, bound));
    }

    /** One to six changes, one most often. */
    byte[] mutate(byte[] file) {
        byte[] bytes = file.clone();
        int changes = 1 + Math.min(Integer.numberOfTrailingZeros(random.nextInt() | 1 << 5), 5);
        for (int i = 0; i < changes; i++) {
            bytes = change(bytes);
        }
        return bytes.length > LARGEST ? Arrays.copyOf(bytes, LARGEST) : bytes;
    }

    /** The same for text, in which numbers are digits and the eight bytes before it count its length. */
    byte[] mutateJson(byte[] file, int textStart) {
        int textEnd = textStart;
        for (int depth = 0; textEnd < file.length; ) {
            byte c = file[textEnd++];
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (depth == 0) {
                break;
            }
        }
        byte[] text = Arrays.copyOfRange(file, textStart, textEnd);
        for (int i = below(3); i >= 0; i--) {
            text = switch (below(4)) {
                case 0 -> change(text);
                case 1 -> insert(text, JSON[below(JSON.length)].getBytes(StandardCharsets.UTF_8));
                case 2 -> replaceNumber(text);
                default -> insert(text, piece(text));
            };
        }
        byte[] rest = Arrays.copyOfRange(file, textEnd, file.length);
        byte[] joined = Arrays.copyOf(file, textStart + text.length + rest.length);
        System.arraycopy(text, 0, joined, textStart, text.length);
        System.arraycopy(rest, 0, joined, textStart + text.length, rest.length);
        if (textStart == Long.BYTES) {
            // The blanks that pad the text were part of its length: they stay with the data's side of the count.
            long length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
            ByteBuffer.wrap(joined)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(0, length + text.length - (textEnd - textStart));
        }
        return joined;
    }

    private byte[] change(byte[] bytes) {
        if (bytes.length == 0) {
            return new byte[] {(byte) below(256)};
        }
        int at = below(bytes.length);
        switch (below(9)) {
            case 0, 1 -> bytes[at] ^= (byte) (1 << below(8));
            case 2 -> bytes[at] = (byte) below(256);
            case 3 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 4 -> {
                return insert(bytes, piece(bytes));
            }
            case 5 -> {
                byte[] piece = piece(bytes);
                System.arraycopy(piece, 0, bytes, at, Math.min(piece.length, bytes.length - at));
            }
            case 6 -> {
                int size = Math.min(bytes.length - at, 1 + below(32));
                byte[] shorter = Arrays.copyOf(bytes, bytes.length - size);
                System.arraycopy(bytes, at + size, shorter, at, shorter.length - at);
                return shorter;
            }
            default -> extreme(bytes, at);
        }
        return bytes;
    }

    /** A number that means trouble, little-endian, over 4 or 8 bytes. */
    private void extreme(byte[] bytes, int at) {
        int width = random.nextBoolean() ? 8 : 4;
        long value = EXTREMES[below(EXTREMES.length)] + (below(8) == 0 ? below(5) - 2 : 0);
        for (int i = 0; i < width && at + i < bytes.length; i++) {
            bytes[at + i] = (byte) (value >>> 8 * i);
        }
    }

    private byte[] replaceNumber(byte[] text) {
        int at = below(text.length);
        for (int i = 0; i < text.length && !isDigit(text[at]); i++) {
            at = (at + 1) % text.length;
        }
        int end = at;
        while (end < text.length && isDigit(text[end])) {
            end++;
        }
        byte[] cut = new byte[text.length - (end - at)];
        System.arraycopy(text, 0, cut, 0, at);
        System.arraycopy(text, end, cut, at, text.length - end);
        String number = Long.toUnsignedString(EXTREMES[below(EXTREMES.length)]);
        return insertAt(cut, at, number.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean isDigit(byte c) {
        return c >= '0' && c <= '9';
    }

    private byte[] piece(byte[] bytes) {
        int from = below(bytes.length);
        return Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + 1 + below(96)));
    }

    private byte[] insert(byte[] bytes, byte[] more) {
        return insertAt(bytes, below(bytes.length + 1), more);
    }

    private static byte[] insertAt(byte[] bytes, int at, byte[] more) {
        byte[] longer = Arrays.copyOf(bytes, bytes.length + more.length);
        System.arraycopy(more, 0, longer, at, more.length);
        System.arraycopy(bytes, at, longer, at + more.length, bytes.length - at);
        return longer;
    }
}
