package dev.tenon.models.tokenizer;

import java.text.Normalizer;

/**
 * BERT's tokenizer: text is cleaned and cut at white space, punctuation and ideographs, then each word is cut into the
 * longest tokens from its left; a word that cannot be is the unknown token (Devlin et al. 2018, the released code).
 *
 * <p>GGUF marks the tokens that start a word with U+2581, where BERT's own file marks those that do not with ##.
 */
final class WordPieceEncoder implements TextEncoder {
    /** Longer words are unknown, as in the released code. */
    static final int LONGEST_WORD = 100;

    private final ByteTrie tokens;
    private final boolean lowercase;
    private final boolean stripAccents;
    private final int unknown;

    private WordPieceEncoder(TokenizerSpec spec) {
        Vocabulary vocabulary = spec.vocabulary();
        lowercase = spec.rules().lowercase();
        stripAccents = spec.rules().stripAccents();
        unknown = spec.special().unknown();
        ByteTrie.Builder entries = new ByteTrie.Builder();
        for (int id = 0; id < vocabulary.size(); id++) {
            TokenType type = vocabulary.type(id);
            if (type != TokenType.CONTROL && type != TokenType.UNKNOWN) {
                entries.put(Utf8.bytes(vocabulary.text(id)), id);
            }
        }
        tokens = entries.build();
    }

    static WordPieceEncoder of(TokenizerSpec spec) {
        return new WordPieceEncoder(spec);
    }

    @Override
    public void encode(String text, boolean start, IntList ids) {
        String clean = clean(text);
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < clean.length(); ) {
            int codePoint = clean.codePointAt(i);
            i += Character.charCount(codePoint);
            if (SplitStage.isWhitespace(codePoint)) {
                flush(word, ids);
            } else if (isPunctuation(codePoint) || isIdeograph(codePoint)) {
                flush(word, ids);
                word.appendCodePoint(codePoint);
                flush(word, ids);
            } else {
                word.appendCodePoint(codePoint);
            }
        }
        flush(word, ids);
    }

    private String clean(String text) {
        StringBuilder kept = new StringBuilder(text.length());
        text.codePoints().filter(codePoint -> !isRemoved(codePoint)).forEach(kept::appendCodePoint);
        String clean = kept.toString();
        if (stripAccents) {
            StringBuilder plain = new StringBuilder(clean.length());
            Normalizer.normalize(clean, Normalizer.Form.NFD)
                    .codePoints()
                    .filter(codePoint -> Character.getType(codePoint) != Character.NON_SPACING_MARK)
                    .forEach(plain::appendCodePoint);
            clean = plain.toString();
        }
        if (!lowercase) {
            return clean;
        }
        StringBuilder lower = new StringBuilder(clean.length());
        clean.codePoints().forEach(codePoint -> appendLower(codePoint, lower));
        return lower.toString();
    }

    /** Each code point for itself: no final sigma. The one that becomes two is I with a dot. */
    private static void appendLower(int codePoint, StringBuilder lower) {
        if (codePoint == 0x130) {
            lower.append("i\u0307");
        } else {
            lower.appendCodePoint(Character.toLowerCase(codePoint));
        }
    }

    private void flush(StringBuilder word, IntList ids) {
        if (word.isEmpty()) {
            return;
        }
        IntList pieces = new IntList();
        boolean known = word.codePointCount(0, word.length()) <= LONGEST_WORD
                && cut(Utf8.bytes(Utf8.VISIBLE_SPACE + word.toString()), pieces);
        if (known) {
            for (int i = 0; i < pieces.size(); i++) {
                ids.add(pieces.get(i));
            }
        } else if (unknown >= 0) {
            ids.add(unknown);
        }
        word.setLength(0);
    }

    private boolean cut(byte[] word, IntList pieces) {
        for (int from = 0; from < word.length; ) {
            int token = ByteTrie.NONE;
            int end = from;
            int node = ByteTrie.ROOT;
            for (int to = from; to < word.length; to++) {
                node = tokens.child(node, word[to]);
                if (node == ByteTrie.NONE) {
                    break;
                }
                if (tokens.value(node) != ByteTrie.NONE) {
                    token = tokens.value(node);
                    end = to + 1;
                }
            }
            if (token == ByteTrie.NONE) {
                return false;
            }
            pieces.add(token);
            from = end;
        }
        return true;
    }

    /** Control characters go, even those that are white space, but for tabs and line ends. */
    private static boolean isRemoved(int codePoint) {
        if (codePoint == '\t' || codePoint == '\n' || codePoint == '\r') {
            return false;
        }
        if (codePoint == 0 || codePoint == 0xFFFD) {
            return true;
        }
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE -> true;
            default -> false;
        };
    }

    private static boolean isPunctuation(int codePoint) {
        if (codePoint < 0x80) {
            return codePoint > ' ' && codePoint < 0x7F && !Character.isLetterOrDigit(codePoint);
        }
        return switch (Character.getType(codePoint)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> false;
        };
    }

    /** The blocks that BERT calls Chinese, with the edge at U+2B920 that its Rust and GGUF readers share. */
    private static boolean isIdeograph(int codePoint) {
        return (codePoint >= 0x4E00 && codePoint <= 0x9FFF)
                || (codePoint >= 0x3400 && codePoint <= 0x4DBF)
                || (codePoint >= 0x20000 && codePoint <= 0x2A6DF)
                || (codePoint >= 0x2A700 && codePoint <= 0x2B73F)
                || (codePoint >= 0x2B740 && codePoint <= 0x2B81F)
                || (codePoint >= 0x2B920 && codePoint <= 0x2CEAF)
                || (codePoint >= 0xF900 && codePoint <= 0xFAFF)
                || (codePoint >= 0x2F800 && codePoint <= 0x2FA1F);
    }
}
