package dev.tenon.models.tokenizer;

/** Turns text that holds no special token into ids. Immutable; one object serves many threads. */
sealed interface TextEncoder permits BytePairEncoder, SentencePieceEncoder, UnigramEncoder, WordPieceEncoder {
    /**
     * @param text well-formed, not empty
     * @param start whether nothing comes before it; else an added token does
     */
    void encode(String text, boolean start, IntList ids);
}
