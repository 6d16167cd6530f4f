package dev.tenon.models.tokenizer;

import dev.tenon.error.InvalidArgumentException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * SentencePiece's compiled normalization: the longest known prefix of a text is replaced by another text.
 *
 * <p>The prefixes lie in a compact double array with exclusive-or addressing (Kanda 2018; Darts-clone): a 32-bit unit
 * holds the child's label in bits 0 to 7, whether a value hangs below in bit 8, and the offset to the children in bits
 * 10 to 30, shifted by 8 where bit 9 is set; a value's unit has bit 31 set. After the array come the replacements,
 * each ended by a zero byte.
 */
public final class CharsMap {
    /** Changes nothing. */
    public static final CharsMap NONE = new CharsMap(new int[0], new byte[0]);

    private final int[] units;
    private final byte[] replacements;

    private CharsMap(int[] units, byte[] replacements) {
        this.units = units;
        this.replacements = replacements;
    }

    /**
     * Reads a map as SentencePiece stores it, which GGUF keeps in {@code tokenizer.ggml.precompiled_charsmap}.
     *
     * @param bytes empty: changes nothing
     * @throws InvalidArgumentException if the array's size does not fit
     */
    public static CharsMap parse(byte[] bytes) {
        if (bytes.length == 0) {
            return NONE;
        }
        if (bytes.length < Integer.BYTES) {
            throw new InvalidArgumentException("a normalization map of " + bytes.length + " bytes has no size");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long size = Integer.toUnsignedLong(buffer.getInt());
        if (size % Integer.BYTES != 0 || size > buffer.remaining()) {
            throw new InvalidArgumentException(
                    "a normalization map of " + bytes.length + " bytes claims an array of " + size);
        }
        int[] units = new int[(int) size / Integer.BYTES];
        buffer.asIntBuffer().get(units);
        return new CharsMap(units, Arrays.copyOfRange(bytes, Integer.BYTES + (int) size, bytes.length));
    }

    /**
     * The longest known prefix of the bytes from a place on: its length in the high half and its replacement's place in
     * the low half; 0 where there is none.
     */
    long longestPrefix(byte[] text, int from) {
        long found = 0;
        if (units.length == 0) {
            return found;
        }
        int node = offset(unit(0));
        for (int at = from; at < text.length && text[at] != 0; at++) {
            int label = text[at] & 0xFF;
            node ^= label;
            int unit = unit(node);
            if ((unit & 0x800000FF) != label) {
                break;
            }
            node ^= offset(unit);
            if ((unit >>> 8 & 1) == 1) {
                found = (long) (at - from + 1) << 32 | (unit(node) & Integer.MAX_VALUE);
            }
        }
        return found;
    }

    /** The replacement at a place, without its zero. */
    byte[] replacement(int from) {
        if (from >= replacements.length) {
            throw new InvalidArgumentException("a normalization map's replacement lies at " + from + ", past its end");
        }
        int to = from;
        while (to < replacements.length && replacements[to] != 0) {
            to++;
        }
        return Arrays.copyOfRange(replacements, from, to);
    }

    private int unit(int index) {
        if (index < 0 || index >= units.length) {
            throw new InvalidArgumentException("a normalization map points to unit " + index + ", past its end");
        }
        return units[index];
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }
}
