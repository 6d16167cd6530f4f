package dev.tenon.models.tokenizer;

import dev.tenon.error.InvalidArgumentException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * BPE by ranked merges. A symbol is a token's id; pieces that merges mention but the vocabulary lacks get numbers past
 * its end and fall apart into their characters at the end; a code point that is no token is its complement, below 0.
 */
final class BytePairEncoder implements TextEncoder {
    private final SpacePrefix prefix;
    private final List<SplitStage> stages;
    private final Alphabet alphabet;
    private final MergeTable merges;
    private final int vocabularySize;
    /** For each symbol past the vocabulary, the tokens it falls apart into. */
    private final int[][] parts;

    private BytePairEncoder(
            SpacePrefix prefix,
            List<SplitStage> stages,
            Alphabet alphabet,
            MergeTable merges,
            int vocabularySize,
            int[][] parts) {
        this.prefix = prefix;
        this.stages = stages;
        this.alphabet = alphabet;
        this.merges = merges;
        this.vocabularySize = vocabularySize;
        this.parts = parts;
    }

    static BytePairEncoder of(TokenizerSpec spec) {
        Vocabulary vocabulary = spec.vocabulary();
        Builder builder = new Builder(vocabulary);
        MergeTable merges = builder.merges(spec.merges());
        SplitRule rule = PreTokenizers.named(spec.rules().preTokenizer()).rule();
        Alphabet alphabet = spec.model() == TokenizerModel.CODE_POINT_BPE
                ? new Alphabet.CodePoints(
                        vocabulary, builder::symbol, spec.special().unknown(), rule == SplitRule.LINES)
                : new Alphabet.Bytes(vocabulary, builder::symbol, spec.rules().ignoreMerges());
        return new BytePairEncoder(
                spec.rules().spacePrefix(),
                rule.stages(),
                alphabet,
                merges,
                vocabulary.size(),
                builder.parts(alphabet));
    }

    @Override
    public void encode(String text, boolean start, IntList ids) {
        String prepared = prefix.apply(alphabet.prepare(text), alphabet.space(), start);
        IntList ends = new IntList();
        ends.add(prepared.length());
        for (SplitStage stage : stages) {
            ends = stage.apply(prepared, ends);
        }
        PairMerger merger = new PairMerger(merges);
        int[] symbols = new int[64];
        int from = 0;
        for (int i = 0; i < ends.size(); i++) {
            int to = ends.get(i);
            int whole = alphabet.wholeWord(prepared, from, to);
            if (whole != Alphabet.NONE) {
                ids.add(whole);
            } else {
                int most = alphabet.mostSymbols(from, to);
                if (symbols.length < most) {
                    symbols = new int[most];
                }
                int count = alphabet.symbols(prepared, from, to, symbols);
                emit(symbols, merger.merge(symbols, count), ids);
            }
            from = to;
        }
    }

    private void emit(int[] symbols, int count, IntList ids) {
        for (int i = 0; i < count; i++) {
            int symbol = symbols[i];
            if (symbol >= 0 && symbol < vocabularySize) {
                ids.add(symbol);
                continue;
            }
            for (int id :
                    symbol < 0 ? alphabet.fallBack(Character.toString(~symbol)) : parts[symbol - vocabularySize]) {
                ids.add(id);
            }
        }
    }

    /** Numbers the pieces. */
    private static final class Builder {
        private final Vocabulary vocabulary;
        private final Map<String, Integer> extra = new HashMap<>();
        private final List<String> extraTexts = new ArrayList<>();

        Builder(Vocabulary vocabulary) {
            this.vocabulary = vocabulary;
        }

        int symbol(String text) {
            int id = vocabulary.find(text);
            // A control token is never made from plain text, so a merge that spells one makes another symbol.
            if (id >= 0 && vocabulary.type(id) != TokenType.CONTROL && vocabulary.type(id) != TokenType.UNKNOWN) {
                return id;
            }
            return extra.computeIfAbsent(text, missing -> {
                extraTexts.add(missing);
                return vocabulary.size() + extraTexts.size() - 1;
            });
        }

        MergeTable merges(List<String> lines) {
            if (lines.isEmpty()) {
                return mergesByTokenId();
            }
            int[] left = new int[lines.size()];
            int[] right = new int[lines.size()];
            int[] ranks = new int[lines.size()];
            int[] merged = new int[lines.size()];
            for (int rank = 0; rank < lines.size(); rank++) {
                String line = lines.get(rank);
                int space = line.indexOf(' ', 1);
                if (space < 0 || space == line.length() - 1) {
                    throw new InvalidArgumentException("merge " + rank + " is not two pieces: \"" + line + "\"");
                }
                String first = line.substring(0, space);
                String second = line.substring(space + 1);
                left[rank] = symbol(first);
                right[rank] = symbol(second);
                ranks[rank] = rank;
                merged[rank] = symbol(first + second);
            }
            return new MergeTable(left, right, ranks, merged);
        }

        /** Where a file lists no merges (tiktoken's vocabularies): every split of a token, ranked by the token's id. */
        private MergeTable mergesByTokenId() {
            IntList left = new IntList();
            IntList right = new IntList();
            IntList ranks = new IntList();
            int[] merged = new int[vocabulary.size()];
            for (int id = 0; id < vocabulary.size(); id++) {
                String text = vocabulary.text(id);
                merged[id] = id;
                if (vocabulary.type(id) != TokenType.NORMAL) {
                    continue;
                }
                for (int cut = 1; cut < text.length(); cut++) {
                    int first = vocabulary.find(text.substring(0, cut));
                    int second = first < 0 ? -1 : vocabulary.find(text.substring(cut));
                    if (second >= 0) {
                        left.add(first);
                        right.add(second);
                        ranks.add(id);
                    }
                }
            }
            return new MergeTable(left.toArray(), right.toArray(), ranks.toArray(), merged);
        }

        int[][] parts(Alphabet alphabet) {
            int[][] parts = new int[extraTexts.size()][];
            for (int i = 0; i < parts.length; i++) {
                parts[i] = alphabet.fallBack(extraTexts.get(i));
            }
            return parts;
        }
    }
}
