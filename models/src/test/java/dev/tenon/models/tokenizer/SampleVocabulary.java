package dev.tenon.models.tokenizer;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Small tokenizers made by hand. */
final class SampleVocabulary {
    private final List<String> texts = new ArrayList<>();
    private final List<Float> scores = new ArrayList<>();
    private final List<TokenType> types = new ArrayList<>();
    private final List<String> merges = new ArrayList<>();
    private final Map<String, AddedToken> added = new LinkedHashMap<>();

    SampleVocabulary add(String text, float score, TokenType type) {
        texts.add(text);
        scores.add(score);
        types.add(type);
        if (type == TokenType.CONTROL || type == TokenType.USER_DEFINED) {
            added.put(text, new AddedToken(texts.size() - 1, text, type == TokenType.CONTROL, false, false));
        }
        return this;
    }

    SampleVocabulary normal(String... tokens) {
        for (String token : tokens) {
            add(token, 0, TokenType.NORMAL);
        }
        return this;
    }

    /** The tokens {@code <0x00>} to {@code <0xFF>}. */
    SampleVocabulary byteTokens() {
        HexFormat hex = HexFormat.of().withUpperCase();
        for (int value = 0; value < 256; value++) {
            add("<0x" + hex.toHexDigits((byte) value) + ">", 0, TokenType.BYTE);
        }
        return this;
    }

    /** A token for each byte, in GPT-2's alphabet. */
    SampleVocabulary bytes() {
        for (int value = 0; value < 256; value++) {
            normal(String.valueOf(ByteLevel.toChar(value)));
        }
        return this;
    }

    /** A merge, and the token that it makes. */
    SampleVocabulary merge(String left, String right) {
        merges.add(left + " " + right);
        return texts.contains(left + right) ? this : normal(left + right);
    }

    SampleVocabulary strip(String text, boolean left, boolean right) {
        AddedToken token = added.get(text);
        if (token == null) {
            throw new AssertionError(text);
        }
        added.put(text, new AddedToken(token.id(), text, token.special(), left, right));
        return this;
    }

    int id(String text) {
        int id = texts.indexOf(text);
        if (id < 0) {
            throw new AssertionError("no token " + text);
        }
        return id;
    }

    Tokenizer build(TokenizerModel model, SpecialTokens special, TextRules rules) {
        float[] values = new float[scores.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = scores.get(i);
        }
        return Tokenizer.of(new TokenizerSpec(
                model,
                Vocabulary.of(texts, values, types),
                merges,
                special,
                List.copyOf(added.values()),
                Set.of(),
                rules));
    }

    Tokenizer byteLevel(String preTokenizer) {
        return build(TokenizerModel.BYTE_LEVEL_BPE, SpecialTokens.ABSENT, rules(preTokenizer, false));
    }

    Tokenizer sentencePiece() {
        return build(TokenizerModel.SENTENCEPIECE_BPE, unknown("<unk>"), rules("default", true));
    }

    SpecialTokens unknown(String text) {
        int none = SpecialTokens.NONE;
        return new SpecialTokens(none, none, id(text), none, none, none, none, false, false, false);
    }

    static TextRules rules(String preTokenizer, boolean spacePrefix) {
        return new TextRules(
                preTokenizer,
                UnicodeForm.AS_IS,
                spacePrefix ? SpacePrefix.ALWAYS : SpacePrefix.NEVER,
                false,
                false,
                false,
                true,
                true,
                CharsMap.NONE);
    }
}
