package dev.tenon.models.tokenizer;

/**
 * What happens to text before tokens are looked up.
 *
 * @param preTokenizer the name that {@link PreTokenizers} knows; BPE only
 * @param addSpacePrefix a space goes before text at the start and after a special token; SentencePiece only
 * @param removeExtraWhitespace runs of spaces become one and outer ones go; unigram only
 * @param whitespaceAsSuffix the added space goes after the text instead; unigram only
 * @param ignoreMerges a word that is itself a token is that token, whatever the merges say; BPE only
 * @param lowercase WordPiece only
 * @param stripAccents WordPiece only
 * @param charsMap SentencePiece's compiled normalization; unigram only
 */
public record TextRules(
        String preTokenizer,
        boolean addSpacePrefix,
        boolean removeExtraWhitespace,
        boolean whitespaceAsSuffix,
        boolean ignoreMerges,
        boolean lowercase,
        boolean stripAccents,
        CharsMap charsMap) {
    /** Text is taken as it is. */
    public static final TextRules PLAIN =
            new TextRules("default", false, false, false, false, false, false, CharsMap.NONE);
}
