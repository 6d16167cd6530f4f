package dev.tenon.models.tokenizer;

import java.util.List;
import java.util.Set;

/**
 * All that makes a tokenizer, whatever file it came from.
 *
 * @param merges BPE only: {@code "left right"}, the earlier the sooner; empty: a pair's rank is its token's id
 * @param added tokens that are cut out of text as a whole
 * @param endOfGeneration ids that end what a model writes
 */
public record TokenizerSpec(
        TokenizerModel model,
        Vocabulary vocabulary,
        List<String> merges,
        SpecialTokens special,
        List<AddedToken> added,
        Set<Integer> endOfGeneration,
        TextRules rules) {
    public TokenizerSpec {
        merges = List.copyOf(merges);
        added = List.copyOf(added);
        endOfGeneration = Set.copyOf(endOfGeneration);
    }
}
