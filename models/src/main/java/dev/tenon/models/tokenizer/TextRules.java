package dev.tenon.models.tokenizer;

/**
 * What happens to text before tokens are looked up.
 *
 * @param preTokenizer the name that {@link PreTokenizers} knows; BPE only
 * @param unicodeForm of the text, before all else
 * @param spacePrefix the space that goes before text; not WordPiece
 * @param removeExtraWhitespace runs of spaces become one and outer ones go; unigram only
 * @param whitespaceAsSuffix the added space goes after the text instead; unigram only
 * @param ignoreMerges a word that is itself a token is that token, whatever the merges say; BPE only
 * @param lowercase WordPiece only
 * @param stripAccents WordPiece only
 * @param charsMap SentencePiece's compiled normalization; unigram only
 */
public record TextRules(
        String preTokenizer,
        UnicodeForm unicodeForm,
        SpacePrefix spacePrefix,
        boolean removeExtraWhitespace,
        boolean whitespaceAsSuffix,
        boolean ignoreMerges,
        boolean lowercase,
        boolean stripAccents,
        CharsMap charsMap) {
    /** Text is taken as it is. */
    public static final TextRules PLAIN = new TextRules(
            "default", UnicodeForm.AS_IS, SpacePrefix.NEVER, false, false, false, false, false, CharsMap.NONE);
}
