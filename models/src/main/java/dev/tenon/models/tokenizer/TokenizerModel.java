package dev.tenon.models.tokenizer;

/** How text becomes tokens. */
public enum TokenizerModel {
    /** BPE over the bytes of words that a pre-tokenizer cut, tokens written in GPT-2's printable alphabet. */
    BYTE_LEVEL_BPE,
    /** BPE over code points, spaces written as U+2581, bytes as a fallback: of whole lines (Gemma 3n and 4), or of whole texts,
     * as tokenizer.json writes SentencePiece's BPE. */
    CODE_POINT_BPE,
    /** SentencePiece BPE: neighbours merge in the order of their token's score, bytes as a fallback (Llama 2, Gemma). */
    SENTENCEPIECE_BPE,
    /** SentencePiece unigram: the segmentation of highest total score (T5, XLM-R). */
    UNIGRAM,
    /** Greedy longest match inside words (BERT). */
    WORDPIECE
}
