package dev.tenon.models.tokenizer;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** SentencePiece's normalization for unigram models: the map of characters, then spaces, which become U+2581. */
final class UnigramNormalizer {
    private static final byte[] SPACE = Utf8.bytes(String.valueOf(Utf8.VISIBLE_SPACE));

    private final CharsMap charsMap;
    private final boolean removeExtraWhitespace;
    private final SpacePrefix prefix;
    private final boolean asSuffix;

    UnigramNormalizer(TextRules rules) {
        charsMap = rules.charsMap();
        removeExtraWhitespace = rules.removeExtraWhitespace();
        prefix = rules.spacePrefix();
        asSuffix = rules.whitespaceAsSuffix();
    }

    /**
     * The normalized UTF-8; empty where nothing but removable space is left.
     *
     * @param start whether nothing comes before the text
     */
    byte[] normalize(byte[] text, boolean start) {
        byte[] mapped = map(text);
        int from = 0;
        int to = mapped.length;
        if (removeExtraWhitespace) {
            while (from < to && mapped[from] == ' ') {
                from++;
            }
            while (to > from && mapped[to - 1] == ' ') {
                to--;
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(mapped.length + 16);
        if (from == to && (removeExtraWhitespace || text.length == 0)) {
            return out.toByteArray();
        }
        boolean added = prefix.adds(startsWithSpace(mapped, from, to), start);
        if (added && !asSuffix) {
            out.writeBytes(SPACE);
        }
        for (int at = from; at < to; at++) {
            if (mapped[at] != ' ') {
                out.write(mapped[at]);
            } else if (!removeExtraWhitespace || mapped[at - 1] != ' ') {
                out.writeBytes(SPACE);
            }
        }
        if (added && asSuffix) {
            out.writeBytes(SPACE);
        }
        return out.toByteArray();
    }

    private static boolean startsWithSpace(byte[] text, int from, int to) {
        return from < to && text[from] == ' '
                || to - from >= SPACE.length && Arrays.equals(text, from, from + SPACE.length, SPACE, 0, SPACE.length);
    }

    private byte[] map(byte[] text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length + 16);
        for (int at = 0; at < text.length; ) {
            long found = charsMap.longestPrefix(text, at);
            if (found != 0) {
                out.writeBytes(charsMap.replacement((int) found));
                at += (int) (found >>> 32);
            } else {
                int length = Utf8.length(text[at]);
                out.write(text, at, length);
                at += length;
            }
        }
        return out.toByteArray();
    }
}
