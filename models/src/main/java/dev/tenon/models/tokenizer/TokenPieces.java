package dev.tenon.models.tokenizer;

/** The bytes that each token prints. */
final class TokenPieces {
    private static final byte[] NOTHING = {};

    private final TokenizerModel model;
    private final Vocabulary vocabulary;

    TokenPieces(TokenizerModel model, Vocabulary vocabulary) {
        this.model = model;
        this.vocabulary = vocabulary;
    }

    /** The bytes of a token; of control and unknown tokens nothing, unless they are to be shown. */
    byte[] bytes(int id, boolean showSpecial) {
        String text = vocabulary.text(id);
        return switch (vocabulary.type(id)) {
            case CONTROL, UNKNOWN -> showSpecial ? Utf8.bytes(text) : NOTHING;
            case USER_DEFINED -> Utf8.bytes(text);
            case BYTE -> oneByte(text);
            case NORMAL, UNUSED -> plain(text);
        };
    }

    private static byte[] oneByte(String text) {
        int value = ByteTokens.parse(text);
        return value < 0 ? Utf8.bytes(text) : new byte[] {(byte) value};
    }

    private byte[] plain(String text) {
        return switch (model) {
            case BYTE_LEVEL_BPE -> {
                byte[] bytes = ByteLevel.bytes(text);
                yield bytes == null ? Utf8.bytes(text) : bytes;
            }
            case CODE_POINT_BPE, SENTENCEPIECE_BPE, UNIGRAM, WORDPIECE ->
                Utf8.bytes(text.replace(Utf8.VISIBLE_SPACE, ' '));
        };
    }
}
