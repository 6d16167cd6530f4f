package dev.tenon.models.tokenizer;

import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.MalformedFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tokens of a {@code tokenizer.json}: the model's, and those added to them. */
final class JsonVocabulary {
    /** Ids past this are not those of a vocabulary; the largest have 300,000 tokens. */
    private static final int MOST_ID = (1 << 22) - 1;

    private final JsonObject root;
    private final JsonObject model;
    private final List<String> texts = new ArrayList<>();
    private final List<Double> scores = new ArrayList<>();
    private final List<TokenType> types = new ArrayList<>();
    private final List<AddedToken> added = new ArrayList<>();

    private JsonVocabulary(JsonObject root, JsonObject model) {
        this.root = root;
        this.model = model;
    }

    static JsonVocabulary read(JsonObject root, JsonObject model) {
        JsonVocabulary vocabulary = new JsonVocabulary(root, model);
        if (model.members().get("vocab") instanceof List<?> list) {
            vocabulary.scored(list);
        } else {
            vocabulary.numbered(model.object("vocab"));
        }
        vocabulary.added();
        vocabulary.unknown();
        return vocabulary;
    }

    /** A unigram model's list of pieces and scores. */
    private void scored(List<?> list) {
        for (int id = 0; id < list.size(); id++) {
            if (id > MOST_ID
                    || !(list.get(id) instanceof List<?> pair)
                    || pair.size() != 2
                    || !(pair.get(0) instanceof String text)
                    || !(pair.get(1) instanceof Number score)) {
                throw model.malformed("vocab[" + id + "]", "it should be a token and its score");
            }
            put(id, text);
            scores.set(id, score.doubleValue());
        }
    }

    private void numbered(JsonObject vocab) {
        for (Map.Entry<?, ? extends @Nullable Object> each : vocab.members().entrySet()) {
            String text = String.valueOf(each.getKey());
            put(vocab.count("model.vocab[" + text + "]", each.getValue(), MOST_ID), text);
        }
    }

    private void put(int id, String text) {
        while (texts.size() <= id) {
            texts.add("");
            scores.add(0.0);
            types.add(TokenType.UNUSED);
        }
        if (!texts.get(id).isEmpty() && !texts.get(id).equals(text)) {
            throw model.malformed("vocab", "two tokens have the id " + id);
        }
        texts.set(id, text);
        boolean isByte = model.bool("byte_fallback", false) && ByteTokens.parse(text) >= 0;
        types.set(id, isByte ? TokenType.BYTE : TokenType.NORMAL);
    }

    private void added() {
        for (JsonObject token : root.objects("added_tokens")) {
            if (token.bool("single_word", false)) {
                throw token.unsupported("\"single_word\"");
            }
            int id = token.count("id", MOST_ID);
            String text = token.string("content");
            boolean special = token.bool("special", false);
            put(id, text);
            types.set(id, special ? TokenType.CONTROL : TokenType.USER_DEFINED);
            added.add(new AddedToken(id, text, special, token.bool("lstrip", false), token.bool("rstrip", false)));
        }
    }

    private void unknown() {
        int id = unknownId();
        if (id >= 0) {
            types.set(id, TokenType.UNKNOWN);
        }
    }

    /** The id of the token for what the vocabulary cannot write, or {@link SpecialTokens#NONE}. */
    int unknownId() {
        if (model.has("unk_id")) {
            return model.count("unk_id", texts.size() - 1);
        }
        if (!model.has("unk_token")) {
            return SpecialTokens.NONE;
        }
        int id = texts.indexOf(model.string("unk_token"));
        if (id < 0) {
            throw model.malformed("unk_token", "it is no token");
        }
        return id;
    }

    /** The id of a token by its text. */
    int id(String text, JsonObject where) {
        int id = texts.indexOf(text);
        if (id < 0) {
            throw new MalformedFileException(root.file(), where.field(), -1, "there is no token \"" + text + "\"");
        }
        return id;
    }

    /** The first of some texts that is a token, or {@link SpecialTokens#NONE}. */
    int first(String... names) {
        for (String name : names) {
            if (texts.contains(name)) {
                return texts.indexOf(name);
            }
        }
        return SpecialTokens.NONE;
    }

    int size() {
        return texts.size();
    }

    List<AddedToken> addedTokens() {
        return added;
    }

    /** Whether some token is written as one byte. */
    boolean hasByteTokens() {
        return texts.stream().anyMatch(text -> ByteTokens.parse(text) >= 0);
    }

    /** Whether some token of the model has a visible space behind other characters. */
    boolean hasSpaceInside() {
        for (int id = 0; id < texts.size(); id++) {
            String text = texts.get(id);
            boolean inside =
                    text.lastIndexOf(Utf8.VISIBLE_SPACE) > 0 && text.chars().anyMatch(c -> c != Utf8.VISIBLE_SPACE);
            if (types.get(id) == TokenType.NORMAL && inside) {
                return true;
            }
        }
        return false;
    }

    /** Whether there is a token for each byte. */
    boolean hasAllByteTokens() {
        return types.stream().filter(type -> type == TokenType.BYTE).count() == 256;
    }

    /** WordPiece marks the tokens that go on with a word; {@link WordPieceEncoder} wants those marked that start one. */
    void markWordStarts(String goesOn) {
        for (int id = 0; id < texts.size(); id++) {
            String text = texts.get(id);
            if (types.get(id) == TokenType.NORMAL) {
                texts.set(id, text.startsWith(goesOn) ? text.substring(goesOn.length()) : Utf8.VISIBLE_SPACE + text);
            }
        }
    }

    Vocabulary build() {
        float[] values = new float[scores.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = scores.get(i).floatValue();
        }
        try {
            return Vocabulary.of(texts, values, types);
        } catch (InvalidArgumentException e) {
            throw model.malformed("vocab", String.valueOf(e.getMessage()));
        }
    }
}
