package dev.tenon.models.tokenizer;

import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** What the first symbols of a word are, before any merge. */
sealed interface Alphabet {
    /** No such token. */
    int NONE = -1;

    /** The text as words are cut from it. */
    String prepare(String text);

    /** What a space is in such a text. */
    char space();

    /** The token that a whole word is, whatever the merges say, or {@link #NONE}. */
    int wholeWord(String text, int from, int to);

    /** No fewer than the symbols of a piece of text between two places. */
    int mostSymbols(int from, int to);

    /** Writes the symbols of a word, a code point that is no token as its complement; the result is how many. */
    int symbols(String text, int from, int to, int[] symbols);

    /** The tokens of a piece that the vocabulary lacks. */
    int[] fallBack(String piece);

    /** The bytes of UTF-8, each a token written in GPT-2's alphabet. */
    final class Bytes implements Alphabet {
        private final int[] symbolOfByte = new int[256];
        private final Vocabulary vocabulary;
        private final @Nullable TokenIndex words;

        Bytes(Vocabulary vocabulary, ToIntFunction<String> symbolOf, boolean wholeWords) {
            this.vocabulary = vocabulary;
            for (int value = 0; value < 256; value++) {
                symbolOfByte[value] = symbolOf.applyAsInt(String.valueOf(ByteLevel.toChar(value)));
            }
            words = wholeWords ? index(vocabulary) : null;
        }

        private static TokenIndex index(Vocabulary vocabulary) {
            TokenIndex index = new TokenIndex(vocabulary.size());
            for (int id = 0; id < vocabulary.size(); id++) {
                byte @Nullable [] bytes = ByteLevel.bytes(vocabulary.text(id));
                if (bytes != null && vocabulary.type(id) == TokenType.NORMAL) {
                    index.put(bytes, id);
                }
            }
            return index;
        }

        @Override
        public String prepare(String text) {
            return text;
        }

        @Override
        public char space() {
            return ' ';
        }

        @Override
        public int wholeWord(String text, int from, int to) {
            if (words == null) {
                return NONE;
            }
            byte[] key = Utf8.bytes(text.substring(from, to));
            return words.find(key, 0, key.length);
        }

        @Override
        public int mostSymbols(int from, int to) {
            return 3 * (to - from);
        }

        @Override
        public int symbols(String text, int from, int to, int[] symbols) {
            int count = 0;
            for (int i = from; i < to; i++) {
                char unit = text.charAt(i);
                if (unit < 0x80) {
                    symbols[count++] = symbolOfByte[unit];
                } else if (unit < 0x800) {
                    symbols[count++] = symbolOfByte[0xC0 | (unit >> 6)];
                    symbols[count++] = symbolOfByte[0x80 | (unit & 0x3F)];
                } else if (Character.isHighSurrogate(unit)) {
                    int codePoint = text.codePointAt(i++);
                    symbols[count++] = symbolOfByte[0xF0 | (codePoint >> 18)];
                    symbols[count++] = symbolOfByte[0x80 | ((codePoint >> 12) & 0x3F)];
                    symbols[count++] = symbolOfByte[0x80 | ((codePoint >> 6) & 0x3F)];
                    symbols[count++] = symbolOfByte[0x80 | (codePoint & 0x3F)];
                } else {
                    symbols[count++] = symbolOfByte[0xE0 | (unit >> 12)];
                    symbols[count++] = symbolOfByte[0x80 | ((unit >> 6) & 0x3F)];
                    symbols[count++] = symbolOfByte[0x80 | (unit & 0x3F)];
                }
            }
            return count;
        }

        @Override
        public int[] fallBack(String piece) {
            IntList ids = new IntList();
            for (int i = 0; i < piece.length(); i++) {
                int id = vocabulary.find(piece.substring(i, i + 1));
                if (id >= 0 && vocabulary.type(id) == TokenType.NORMAL) {
                    ids.add(id);
                }
            }
            return ids.toArray();
        }
    }

    /** The code points of text whose spaces are U+2581, with {@code <0xNN>} tokens or the unknown one for what is none. */
    final class CodePoints implements Alphabet {
        private final Map<Integer, Integer> symbolOfCodePoint = new HashMap<>();
        private final Vocabulary vocabulary;
        private final ByteTokens bytes;
        private final int unknown;
        private final boolean wholeLineEnds;

        /** @param wholeLineEnds a run of line ends is the token that it spells: no merge makes it */
        CodePoints(Vocabulary vocabulary, ToIntFunction<String> symbolOf, int unknown, boolean wholeLineEnds) {
            this.vocabulary = vocabulary;
            this.unknown = unknown;
            this.wholeLineEnds = wholeLineEnds;
            bytes = ByteTokens.of(vocabulary);
            for (int id = 0; id < vocabulary.size(); id++) {
                String text = vocabulary.text(id);
                if (text.codePointCount(0, text.length()) == 1) {
                    symbolOfCodePoint.put(text.codePointAt(0), symbolOf.applyAsInt(text));
                }
            }
        }

        @Override
        public String prepare(String text) {
            return text.replace(' ', Utf8.VISIBLE_SPACE);
        }

        @Override
        public char space() {
            return Utf8.VISIBLE_SPACE;
        }

        @Override
        public int wholeWord(String text, int from, int to) {
            if (!wholeLineEnds || text.charAt(from) != '\n') {
                return NONE;
            }
            int id = vocabulary.find(text.substring(from, to));
            return id >= 0 && vocabulary.type(id) != TokenType.CONTROL ? id : NONE;
        }

        @Override
        public int mostSymbols(int from, int to) {
            return to - from;
        }

        @Override
        public int symbols(String text, int from, int to, int[] symbols) {
            int count = 0;
            for (int i = from; i < to; ) {
                int codePoint = text.codePointAt(i);
                symbols[count++] = symbolOfCodePoint.getOrDefault(codePoint, ~codePoint);
                i += Character.charCount(codePoint);
            }
            return count;
        }

        @Override
        public int[] fallBack(String piece) {
            IntList ids = new IntList();
            if (bytes.present()) {
                bytes.add(Utf8.bytes(piece), ids);
            } else if (unknown >= 0) {
                ids.add(unknown);
            }
            return ids.toArray();
        }
    }
}
