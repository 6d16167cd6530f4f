package dev.tenon.models.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;

/** Finds added tokens in text: the leftmost, and the longest of those that start there. */
final class AddedTokens {
    /** Takes what a text is made of, in order. */
    interface Parts {
        /** A piece of text between added tokens, not empty. */
        void text(String text);

        void token(int id);
    }

    private final List<AddedToken> tokens;
    private final ByteTrie trie;
    private final BitSet firstUnits = new BitSet();

    AddedTokens(List<AddedToken> tokens) {
        this.tokens = List.copyOf(tokens);
        ByteTrie.Builder entries = new ByteTrie.Builder();
        for (int i = 0; i < tokens.size(); i++) {
            String text = tokens.get(i).text();
            if (!text.isEmpty()) {
                entries.put(text.getBytes(StandardCharsets.UTF_16BE), i);
                firstUnits.set(text.charAt(0));
            }
        }
        trie = entries.build();
    }

    void split(String text, Parts parts) {
        int done = 0;
        for (int at = 0; at < text.length(); ) {
            int found = firstUnits.get(text.charAt(at)) ? longestAt(text, at) : ByteTrie.NONE;
            if (found == ByteTrie.NONE) {
                at++;
                continue;
            }
            AddedToken token = tokens.get(found);
            int end = at;
            while (token.stripLeft() && end > done && SplitStage.isWhitespace(text.charAt(end - 1))) {
                end--;
            }
            if (end > done) {
                parts.text(text.substring(done, end));
            }
            parts.token(token.id());
            at += token.text().length();
            while (token.stripRight() && at < text.length() && SplitStage.isWhitespace(text.charAt(at))) {
                at++;
            }
            done = at;
        }
        if (done < text.length()) {
            parts.text(text.substring(done));
        }
    }

    private int longestAt(String text, int from) {
        int found = ByteTrie.NONE;
        int node = ByteTrie.ROOT;
        for (int at = from; at < text.length(); at++) {
            char unit = text.charAt(at);
            node = trie.child(node, (byte) (unit >> 8));
            if (node != ByteTrie.NONE) {
                node = trie.child(node, (byte) unit);
            }
            if (node == ByteTrie.NONE) {
                break;
            }
            if (trie.value(node) != ByteTrie.NONE) {
                found = trie.value(node);
            }
        }
        return found;
    }
}
