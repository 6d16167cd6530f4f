package dev.tenon.models.tokenizer;

import dev.tenon.error.InvalidArgumentException;
import java.util.List;

/**
 * Text to token ids and back, as the model was trained. Immutable; one object serves many threads.
 *
 * <p>Encoding takes time in proportion to the text, times the logarithm of its longest word at most, whatever the text
 * holds.
 */
public final class Tokenizer {
    private final TokenizerSpec spec;
    private final TextEncoder encoder;
    private final AddedTokens plainAdded;
    private final AddedTokens allAdded;
    private final TokenPieces pieces;

    private Tokenizer(TokenizerSpec spec, TextEncoder encoder) {
        this.spec = spec;
        this.encoder = encoder;
        plainAdded = new AddedTokens(
                spec.added().stream().filter(token -> !token.special()).toList());
        allAdded = new AddedTokens(spec.added());
        pieces = new TokenPieces(spec.model(), spec.vocabulary());
    }

    /**
     * @throws InvalidArgumentException if the specification does not hold together: a role's id outside the vocabulary,
     *     a malformed merge, an unknown pre-tokenizer
     */
    public static Tokenizer of(TokenizerSpec spec) {
        check(spec);
        return new Tokenizer(
                spec,
                switch (spec.model()) {
                    case BYTE_LEVEL_BPE, CODE_POINT_BPE -> BytePairEncoder.of(spec);
                    case SENTENCEPIECE_BPE -> SentencePieceEncoder.of(spec);
                    case UNIGRAM -> UnigramEncoder.of(spec);
                    case WORDPIECE -> WordPieceEncoder.of(spec);
                });
    }

    /** The ids of a text, without special tokens. */
    public int[] encode(String text) {
        return encode(text, EncodeOptions.TEXT);
    }

    /** The ids of a text; an unpaired surrogate in it counts as U+FFFD. */
    public int[] encode(String text, EncodeOptions options) {
        IntList ids = new IntList();
        SpecialTokens special = spec.special();
        if (options.addSpecial() && special.addBos()) {
            ids.add(special.bos());
        }
        (options.parseSpecial() ? allAdded : plainAdded).split(Utf8.wellFormed(text), new AddedTokens.Parts() {
            private boolean start = true;

            @Override
            public void text(String part) {
                encoder.encode(spec.rules().unicodeForm().apply(part), start, ids);
                start = false;
            }

            @Override
            public void token(int id) {
                ids.add(id);
                start = false;
            }
        });
        if (options.addSpecial() && special.addSeparator()) {
            ids.add(special.separator());
        }
        if (options.addSpecial() && special.addEos()) {
            ids.add(special.eos());
        }
        return ids.toArray();
    }

    /**
     * The text of ids, without control tokens and without the space that encoding put before it. Bytes that are no
     * UTF-8 become U+FFFD.
     *
     * @throws InvalidArgumentException if an id is outside the vocabulary
     */
    public String decode(int[] ids) {
        return decode(ids, false);
    }

    /** As {@link #decode(int[])}, with the names of control tokens where {@code showSpecial}. */
    public String decode(int[] ids, boolean showSpecial) {
        Detokenizer detokenizer = detokenizer(showSpecial, true);
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(detokenizer.accept(id));
        }
        return text.append(detokenizer.finish()).toString();
    }

    /**
     * A decoder for tokens that come one at a time.
     *
     * @param showSpecial whether control tokens appear, by name
     * @param startsText whether the first token starts a text, rather than going on with a prompt: then the space that
     *     such a tokenizer puts before every text is left out
     */
    public Detokenizer detokenizer(boolean showSpecial, boolean startsText) {
        boolean addsSpace =
                spec.model() == TokenizerModel.WORDPIECE || spec.rules().spacePrefix() != SpacePrefix.NEVER;
        return new Detokenizer(pieces, showSpecial, startsText && addsSpace);
    }

    /** The bytes that a token prints, which need not be UTF-8 by themselves; a control token's name. */
    public byte[] bytes(int id) {
        return pieces.bytes(id, true);
    }

    /** The tokens themselves. */
    public Vocabulary vocabulary() {
        return spec.vocabulary();
    }

    /** The ids with a role. */
    public SpecialTokens special() {
        return spec.special();
    }

    /** Whether a token ends what a model writes. */
    public boolean isEndOfGeneration(int id) {
        return spec.endOfGeneration().contains(id);
    }

    /** What the tokenizer was made of. */
    public TokenizerSpec spec() {
        return spec;
    }

    private static void check(TokenizerSpec spec) {
        SpecialTokens special = spec.special();
        int size = spec.vocabulary().size();
        List<Integer> ids = List.of(
                special.bos(),
                special.eos(),
                special.unknown(),
                special.separator(),
                special.padding(),
                special.mask(),
                special.endOfTurn());
        for (int id : ids) {
            if (id < SpecialTokens.NONE || id >= size) {
                throw new InvalidArgumentException("special token " + id + " is outside the vocabulary of " + size);
            }
        }
        require(!special.addBos() || special.bos() >= 0, "begin");
        require(!special.addEos() || special.eos() >= 0, "end");
        require(!special.addSeparator() || special.separator() >= 0, "separator");
        for (AddedToken added : spec.added()) {
            if (added.id() < 0 || added.id() >= size) {
                throw new InvalidArgumentException(
                        "added token " + added.id() + " is outside the vocabulary of " + size);
            }
        }
    }

    private static void require(boolean present, String name) {
        if (!present) {
            throw new InvalidArgumentException("the tokenizer adds a " + name + " token but has none");
        }
    }
}
