package dev.tenon.models.tokenizer;

import java.util.Arrays;

/**
 * SentencePiece's BPE: neighbours whose text together is a token merge, highest score first and leftmost among equals
 * (Kudo and Richardson 2018). Code points that are no token become byte tokens, or the unknown token.
 */
final class SentencePieceEncoder implements TextEncoder {
    private final TokenIndex tokens;
    private final Vocabulary vocabulary;
    private final ByteTokens byteTokens;
    private final SpacePrefix prefix;
    private final int unknown;

    private SentencePieceEncoder(TokenizerSpec spec) {
        vocabulary = spec.vocabulary();
        byteTokens = ByteTokens.of(vocabulary);
        prefix = spec.rules().spacePrefix();
        unknown = spec.special().unknown();
        tokens = new TokenIndex(vocabulary.size());
        for (int id = 0; id < vocabulary.size(); id++) {
            boolean fromText = switch (vocabulary.type(id)) {
                case NORMAL, USER_DEFINED, UNUSED -> true;
                case CONTROL, UNKNOWN, BYTE -> false;
            };
            if (fromText) {
                tokens.put(Utf8.bytes(vocabulary.text(id)), id);
            }
        }
    }

    static SentencePieceEncoder of(TokenizerSpec spec) {
        return new SentencePieceEncoder(spec);
    }

    @Override
    public void encode(String text, boolean start, IntList ids) {
        String visible = text.replace(' ', Utf8.VISIBLE_SPACE);
        byte[] bytes = Utf8.bytes(prefix.apply(visible, Utf8.VISIBLE_SPACE, start));
        new Merging(bytes).run(ids);
    }

    /** One text's symbols: each lies between its start and the start of the next that is left. */
    private final class Merging {
        private final byte[] bytes;
        private final int count;
        private final int[] starts;
        private final int[] next;
        private final int[] previous;
        /** The token that a symbol makes with the next one; a candidate of another score is out of date. */
        private final int[] pairs;

        private final LongHeap candidates = new LongHeap();

        Merging(byte[] bytes) {
            this.bytes = bytes;
            IntList places = new IntList();
            for (int at = 0; at < bytes.length; at += Utf8.length(bytes[at])) {
                places.add(at);
            }
            count = places.size();
            places.add(bytes.length);
            starts = places.toArray();
            next = new int[count];
            previous = new int[count];
            pairs = new int[count];
            Arrays.setAll(next, at -> at + 1);
            Arrays.setAll(previous, at -> at - 1);
            Arrays.fill(pairs, -1);
        }

        void run(IntList ids) {
            for (int at = 0; at < count; at++) {
                offer(at);
            }
            while (!candidates.isEmpty()) {
                long candidate = candidates.pop();
                int at = (int) candidate;
                if (pairs[at] < 0 || priority(pairs[at]) != (int) (candidate >> 32)) {
                    continue;
                }
                int gone = next[at];
                pairs[gone] = -1;
                next[at] = next[gone];
                if (next[at] < count) {
                    previous[next[at]] = at;
                }
                offer(at);
                if (previous[at] >= 0) {
                    offer(previous[at]);
                }
            }
            for (int at = 0; at < count; at = next[at]) {
                emit(starts[at], starts[next[at]], ids);
            }
        }

        private void offer(int at) {
            int right = next[at];
            pairs[at] = right >= count ? -1 : tokens.find(bytes, starts[at], starts[next[right]] - starts[at]);
            if (pairs[at] >= 0) {
                candidates.push(((long) priority(pairs[at]) << 32) | at);
            }
        }

        /** The score as an int that is smaller the higher the score is. */
        private int priority(int token) {
            // Adding 0 turns -0.0 into 0.0, which equals it as a score.
            int bits = Float.floatToIntBits(vocabulary.score(token) + 0f);
            return ~(bits ^ ((bits >> 31) & Integer.MAX_VALUE));
        }

        private void emit(int from, int to, IntList ids) {
            int token = tokens.find(bytes, from, to - from);
            if (token >= 0) {
                ids.add(token);
            } else if (byteTokens.present()) {
                byteTokens.add(Arrays.copyOfRange(bytes, from, to), ids);
            } else if (unknown >= 0) {
                ids.add(unknown);
            }
        }
    }
}
