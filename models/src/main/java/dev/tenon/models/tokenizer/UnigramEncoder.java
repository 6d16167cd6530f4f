package dev.tenon.models.tokenizer;

import java.util.Arrays;

/**
 * SentencePiece's unigram model: of all ways to cut a text into tokens, the one of highest total score, found by
 * Viterbi's algorithm over byte positions (Kudo 2018).
 */
final class UnigramEncoder implements TextEncoder {
    /** How much less than the worst token an unknown code point scores, as SentencePiece sets it. */
    private static final double UNKNOWN_PENALTY = 10;

    private final Vocabulary vocabulary;
    private final UnigramNormalizer normalizer;
    private final ByteTrie tokens;
    private final ByteTokens byteTokens;
    private final int unknown;
    private final double unknownScore;

    private UnigramEncoder(TokenizerSpec spec) {
        vocabulary = spec.vocabulary();
        normalizer = new UnigramNormalizer(spec.rules());
        byteTokens = ByteTokens.of(vocabulary);
        unknown = spec.special().unknown();
        ByteTrie.Builder entries = new ByteTrie.Builder();
        double worst = Double.POSITIVE_INFINITY;
        for (int id = 0; id < vocabulary.size(); id++) {
            TokenType type = vocabulary.type(id);
            if (type == TokenType.NORMAL) {
                worst = Math.min(worst, vocabulary.score(id));
            }
            if (type == TokenType.NORMAL || type == TokenType.USER_DEFINED || type == TokenType.UNUSED) {
                entries.put(Utf8.bytes(vocabulary.text(id)), id);
            }
        }
        tokens = entries.build();
        unknownScore = (worst == Double.POSITIVE_INFINITY ? 0 : worst) - UNKNOWN_PENALTY;
    }

    static UnigramEncoder of(TokenizerSpec spec) {
        return new UnigramEncoder(spec);
    }

    @Override
    public void encode(String text, boolean start, IntList ids) {
        byte[] bytes = normalizer.normalize(Utf8.bytes(text), start);
        if (bytes.length > 0) {
            new Lattice(bytes).addBest(ids);
        }
    }

    /** For each place in the text, the best way to get there: its score, its last token and where that starts. */
    private final class Lattice {
        private static final int UNKNOWN = -1;

        private final byte[] bytes;
        private final double[] scores;
        private final int[] lastToken;
        private final int[] lastStart;

        Lattice(byte[] bytes) {
            this.bytes = bytes;
            scores = new double[bytes.length + 1];
            lastToken = new int[bytes.length + 1];
            lastStart = new int[bytes.length + 1];
            Arrays.fill(scores, Double.NEGATIVE_INFINITY);
            scores[0] = 0;
        }

        void addBest(IntList ids) {
            for (int from = 0; from < bytes.length; ) {
                int next = Math.min(bytes.length, from + Utf8.length(bytes[from]));
                if (!extend(from, next)) {
                    offer(from, next, UNKNOWN, unknownScore);
                }
                from = next;
            }
            int[] places = new int[bytes.length];
            int count = 0;
            for (int to = bytes.length; to > 0; to = lastStart[to]) {
                places[count++] = to;
            }
            boolean afterUnknown = false;
            for (int i = count - 1; i >= 0; i--) {
                int to = places[i];
                boolean isUnknown = lastToken[to] == UNKNOWN;
                if (!isUnknown) {
                    ids.add(lastToken[to]);
                } else {
                    addUnknown(lastStart[to], to, afterUnknown, ids);
                }
                afterUnknown = isUnknown;
            }
        }

        /** Offers every token that starts at a place; says whether one is exactly the code point there. */
        private boolean extend(int from, int next) {
            boolean single = false;
            int node = tokens.child(ByteTrie.ROOT, bytes[from]);
            for (int to = from + 1; node != ByteTrie.NONE; to++) {
                int token = tokens.value(node);
                if (token != ByteTrie.NONE) {
                    single |= to == next;
                    boolean added = vocabulary.type(token) == TokenType.USER_DEFINED;
                    offer(from, to, token, added ? 0 : vocabulary.score(token));
                }
                node = to < bytes.length ? tokens.child(node, bytes[to]) : ByteTrie.NONE;
            }
            return single;
        }

        private void offer(int from, int to, int token, double score) {
            double total = scores[from] + score;
            if (total > scores[to]) {
                scores[to] = total;
                lastToken[to] = token;
                lastStart[to] = from;
            }
        }

        /** Neighbouring unknown code points are one unknown token; with byte tokens each is its bytes. */
        private void addUnknown(int from, int to, boolean afterUnknown, IntList ids) {
            if (byteTokens.present()) {
                byteTokens.add(Arrays.copyOfRange(bytes, from, to), ids);
            } else if (!afterUnknown && unknown >= 0) {
                ids.add(unknown);
            }
        }
    }
}
