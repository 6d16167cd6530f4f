package dev.tenon.models.tokenizer;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which tokens end what a model writes, by their names: model files mark at most one or two of them, and converters
 * often gave them the wrong type.
 */
final class EndTokens {
    /** Names that end a turn, whatever type a file gives them. */
    private static final Set<String> END_OF_TURN = Set.of(
            "<|eot_id|>",
            "<|im_end|>",
            "<|end|>",
            "<end_of_turn>",
            "<|endoftext|>",
            "<|end_of_text|>",
            "<EOT>",
            "_<EOT>",
            "[EOT]",
            "<\uFF5Cend\u2581of\u2581sentence\uFF5C>",
            "<end_of_utterance>");

    private static final Set<String> ALSO_END = Set.of(
            "<|return|>",
            "<|call|>",
            "<|flush|>",
            "<|calls|>",
            "</s>",
            "<|eom_id|>",
            "[EOS]",
            "<eos>",
            "<turn|>",
            "<|tool_response>",
            "[e~[");

    /** Fill-in-the-middle padding and separators: a model that writes one is done. */
    private static final List<List<String>> FILL_IN_THE_MIDDLE = List.of(
            List.of("<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"),
            List.of("<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"),
            List.of("<|file_sep|>"));

    /** gpt-oss writes these between its channels: they are shown. */
    private static final Set<String> SHOWN = Set.of("<|channel|>", "<|message|>", "<|start|>", "<|constrain|>");

    private final Set<Integer> ids = new HashSet<>();
    private final Vocabulary vocabulary;
    private final TokenType[] types;
    private int endOfTurn = SpecialTokens.NONE;

    EndTokens(Vocabulary vocabulary, int markedEnd, int markedEndOfTurn) {
        this.vocabulary = vocabulary;
        types = new TokenType[vocabulary.size()];
        for (int id = 0; id < types.length; id++) {
            String text = vocabulary.text(id);
            types[id] = vocabulary.type(id);
            boolean turn = END_OF_TURN.contains(text);
            if (turn || ALSO_END.contains(text)) {
                ids.add(id);
                types[id] = TokenType.CONTROL;
            }
            if (turn && endOfTurn == SpecialTokens.NONE) {
                endOfTurn = id;
            }
            if (SHOWN.contains(text)) {
                types[id] = TokenType.USER_DEFINED;
            }
        }
        FILL_IN_THE_MIDDLE.forEach(this::addFirst);
        if (markedEndOfTurn >= 0) {
            endOfTurn = markedEndOfTurn;
            ids.add(markedEndOfTurn);
        }
        if (markedEnd >= 0) {
            ids.add(markedEnd);
        }
        keepOnlyRealEnds();
    }

    private void addFirst(List<String> names) {
        for (String name : names) {
            int id = vocabulary.find(name);
            if (id >= 0) {
                types[id] = TokenType.CONTROL;
                ids.add(id);
                return;
            }
        }
    }

    /** Vocabularies in which a name of the lists means something else. */
    private void keepOnlyRealEnds() {
        boolean calls = has("<|call|>") || has("<|calls|>");
        if (has("<|end|>") && calls && (has("<|return|>") || has("<|flush|>"))) {
            drop("<|end|>", TokenType.USER_DEFINED);
        }
        if (has("</s>") && (has("<|tool_response>") || has("<|plamo:eos|>"))) {
            drop("</s>", TokenType.NORMAL);
        }
    }

    private boolean has(String name) {
        return vocabulary.find(name) >= 0;
    }

    private void drop(String name, TokenType type) {
        int id = vocabulary.find(name);
        ids.remove(id);
        types[id] = type;
    }

    Set<Integer> ids() {
        return ids;
    }

    int endOfTurn() {
        return endOfTurn;
    }

    /** The vocabulary with the types that its names ask for. */
    Vocabulary retyped() {
        return vocabulary.withTypes(types);
    }
}
