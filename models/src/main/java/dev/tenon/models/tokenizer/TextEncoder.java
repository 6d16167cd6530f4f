package dev.tenon.models.tokenizer;

/** Turns text that holds no special token into ids. Immutable; one object serves many threads. */
sealed interface TextEncoder permits BytePairEncoder, SentencePieceEncoder, UnigramEncoder, WordPieceEncoder {
    /**
     * @param text well-formed, not empty
     * @param first whether the text is at the start or follows a special token
     */
    void encode(String text, boolean first, IntList ids);
}
