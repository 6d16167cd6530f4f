package dev.tenon.models.tokenizer;

import dev.tenon.error.InvalidArgumentException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tokens of a model: text, score and type of each id. Immutable. */
public final class Vocabulary {
    private final List<String> texts;
    private final float[] scores;
    private final TokenType[] types;
    private final Map<String, Integer> ids;

    private Vocabulary(List<String> texts, float[] scores, TokenType[] types, Map<String, Integer> ids) {
        this.texts = texts;
        this.scores = scores;
        this.types = types;
        this.ids = ids;
    }

    /**
     * @param texts the tokens as the file writes them, one an id
     * @param scores one a token, or empty: all 0
     * @param types one a token, or empty: all normal
     * @throws InvalidArgumentException if the lengths differ, a token is there twice, or there is none
     */
    public static Vocabulary of(List<String> texts, float[] scores, List<TokenType> types) {
        int size = texts.size();
        if (size == 0) {
            throw new InvalidArgumentException("a vocabulary needs at least one token");
        }
        if (scores.length != 0 && scores.length != size) {
            throw new InvalidArgumentException(size + " tokens but " + scores.length + " scores");
        }
        if (!types.isEmpty() && types.size() != size) {
            throw new InvalidArgumentException(size + " tokens but " + types.size() + " types");
        }
        List<String> named = new ArrayList<>(size);
        TokenType[] kinds = new TokenType[size];
        Map<String, Integer> ids = HashMap.newHashMap(size);
        for (int id = 0; id < size; id++) {
            // Some converters leave holes; a name of its own keeps the id usable and the lookup one-to-one.
            String text = texts.get(id).isEmpty() ? "[EMPTY_" + id + "]" : texts.get(id);
            named.add(text);
            kinds[id] = types.isEmpty() ? TokenType.NORMAL : types.get(id);
            Integer earlier = ids.putIfAbsent(text, id);
            if (earlier != null) {
                throw new InvalidArgumentException("tokens " + earlier + " and " + id + " are both \"" + text + "\"");
            }
        }
        return new Vocabulary(
                Collections.unmodifiableList(named), scores.length == 0 ? new float[size] : scores.clone(), kinds, ids);
    }

    /** The same tokens with other types. */
    Vocabulary withTypes(TokenType[] newTypes) {
        return new Vocabulary(texts, scores, newTypes.clone(), ids);
    }

    public int size() {
        return texts.size();
    }

    /** The token as the file writes it, which is not what it prints: see {@link Tokenizer#decode}. */
    public String text(int id) {
        return texts.get(check(id));
    }

    public float score(int id) {
        return scores[check(id)];
    }

    public TokenType type(int id) {
        return types[check(id)];
    }

    /** The id of a token written as the file writes it, or -1. */
    public int find(String text) {
        @Nullable Integer id = ids.get(text);
        return id == null ? -1 : id;
    }

    private int check(int id) {
        if (id < 0 || id >= texts.size()) {
            throw new InvalidArgumentException("token id " + id + " is outside the vocabulary of " + texts.size());
        }
        return id;
    }
}
