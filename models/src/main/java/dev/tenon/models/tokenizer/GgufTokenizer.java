package dev.tenon.models.tokenizer;

import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.MalformedFileException;
import dev.tenon.models.gguf.GgufMetadata;
import dev.tenon.models.tokenizer.PreTokenizers.PreTokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads the tokenizer of a GGUF file: its {@code tokenizer.ggml.*} keys, with the defaults that go with each model. */
public final class GgufTokenizer {
    private static final String PREFIX = "tokenizer.ggml.";

    private final GgufMetadata metadata;

    private GgufTokenizer(GgufMetadata metadata) {
        this.metadata = metadata;
    }

    /**
     * The tokenizer of a file.
     *
     * @throws MalformedFileException if a key is missing, of another type, or does not fit the others, or the
     *     tokenizer model or pre-tokenizer is unknown
     */
    public static Tokenizer read(GgufMetadata metadata) {
        TokenizerSpec spec = spec(metadata);
        try {
            return Tokenizer.of(spec);
        } catch (InvalidArgumentException e) {
            throw metadata.malformed(PREFIX + "tokens", String.valueOf(e.getMessage()));
        }
    }

    /**
     * What the tokenizer of a file is made of.
     *
     * @throws MalformedFileException as {@link #read}
     */
    public static TokenizerSpec spec(GgufMetadata metadata) {
        return new GgufTokenizer(metadata).spec();
    }

    /** What a value of {@code tokenizer.ggml.model} stands for, and the ids its files leave out. */
    private enum Kind {
        LLAMA(TokenizerModel.SENTENCEPIECE_BPE, 1, 2, 0, -1, -1, -1),
        BERT(TokenizerModel.WORDPIECE, 101, -1, 100, 102, 0, 103),
        GPT2(TokenizerModel.BYTE_LEVEL_BPE, 11, 11, -1, -1, -1, -1),
        T5(TokenizerModel.UNIGRAM, -1, 1, 2, -1, 0, -1),
        GEMMA4(TokenizerModel.CODE_POINT_BPE, -1, -1, -1, -1, -1, -1);

        private final TokenizerModel model;
        private final int bos;
        private final int eos;
        private final int unknown;
        private final int separator;
        private final int padding;
        private final int mask;

        Kind(TokenizerModel model, int bos, int eos, int unknown, int separator, int padding, int mask) {
            this.model = model;
            this.bos = bos;
            this.eos = eos;
            this.unknown = unknown;
            this.separator = separator;
            this.padding = padding;
            this.mask = mask;
        }
    }

    private TokenizerSpec spec() {
        Kind kind = kind();
        String pre = preTokenizerName(kind);
        Vocabulary raw = vocabulary();
        int size = raw.size();
        int eos = id("eos_token_id", kind.eos, size);
        EndTokens ends = new EndTokens(raw, eos, id("eot_token_id", -1, size));
        Vocabulary vocabulary = ends.retyped();
        boolean bpe = kind == Kind.GPT2 || kind == Kind.GEMMA4;
        PreTokenizer preTokenizer = preTokenizer(pre);
        boolean noBos = pre.equals("chatglm-bpe") || pre.equals("glm4") || pre.equals("glm5");
        int bos = id("bos_token_id", noBos ? -1 : kind.bos, size);
        boolean addBosDefault = kind == Kind.LLAMA || kind == Kind.BERT || (bpe && preTokenizer.addBos());
        // Gemma 4's own files say no where its model needs it.
        boolean addBos = bool("add_bos_token", addBosDefault) || (bpe && pre.equals("gemma4"));
        boolean addEos = kind != Kind.BERT && bool("add_eos_token", kind == Kind.T5);
        SpecialTokens special = new SpecialTokens(
                bos,
                eos,
                id("unknown_token_id", kind.unknown, size),
                id("seperator_token_id", kind.separator, size),
                id("padding_token_id", kind.padding, size),
                id("mask_token_id", kind.mask, size),
                ends.endOfTurn(),
                addBos && bos >= 0,
                addEos && eos >= 0,
                kind == Kind.BERT);
        boolean lowercase = bool("normalizer.lowercase", true);
        TextRules rules = new TextRules(
                pre,
                UnicodeForm.AS_IS,
                !bpe && bool("add_space_prefix", kind == Kind.LLAMA) ? SpacePrefix.ALWAYS : SpacePrefix.NEVER,
                bool("remove_extra_whitespaces", false),
                bool("treat_whitespace_as_suffix", false),
                bpe && preTokenizer.ignoreMerges(),
                lowercase,
                bool("normalizer.strip_accents", lowercase),
                charsMap(kind));
        return new TokenizerSpec(
                bpe && preTokenizer.rule() == SplitRule.LINES ? TokenizerModel.CODE_POINT_BPE : kind.model,
                vocabulary,
                bpe && metadata.has(PREFIX + "merges") ? metadata.strings(PREFIX + "merges") : List.of(),
                special,
                added(vocabulary, special, pre),
                ends.ids(),
                rules);
    }

    private Kind kind() {
        String name = metadata.string(PREFIX + "model");
        return switch (name) {
            case "llama" -> Kind.LLAMA;
            case "bert" -> Kind.BERT;
            case "gpt2" -> Kind.GPT2;
            case "t5" -> Kind.T5;
            case "gemma4" -> Kind.GEMMA4;
            default ->
                throw metadata.malformed(
                        PREFIX + "model",
                        "unknown tokenizer model \"" + name + "\"; known are llama, gpt2, bert, t5, gemma4");
        };
    }

    private String preTokenizerName(Kind kind) {
        return switch (kind) {
            case GPT2 -> metadata.string(PREFIX + "pre", "default");
            case GEMMA4 -> "gemma4";
            case LLAMA, BERT, T5 -> "default";
        };
    }

    private PreTokenizer preTokenizer(String name) {
        try {
            return PreTokenizers.named(name);
        } catch (InvalidArgumentException e) {
            throw metadata.malformed(PREFIX + "pre", String.valueOf(e.getMessage()));
        }
    }

    private Vocabulary vocabulary() {
        List<String> tokens = List.copyOf(metadata.strings(PREFIX + "tokens"));
        float[] scores = metadata.has(PREFIX + "scores") ? metadata.floats(PREFIX + "scores") : new float[0];
        long[] numbers = metadata.has(PREFIX + "token_type") ? metadata.integers(PREFIX + "token_type") : new long[0];
        try {
            List<TokenType> types = new ArrayList<>(numbers.length);
            for (long number : numbers) {
                types.add(TokenType.ofGguf(Math.toIntExact(Math.clamp(number, -1, 1000))));
            }
            return Vocabulary.of(tokens, scores, types);
        } catch (InvalidArgumentException e) {
            throw metadata.malformed(PREFIX + "tokens", String.valueOf(e.getMessage()));
        }
    }

    /** An id in the vocabulary: a file's own where it is there and fits, else the model's where that fits. */
    private int id(String key, int fallback, int size) {
        long own = metadata.integer(PREFIX + key, fallback);
        return own >= 0 && own < size ? (int) own : fallback < size ? fallback : SpecialTokens.NONE;
    }

    private boolean bool(String key, boolean fallback) {
        return metadata.bool(PREFIX + key, fallback);
    }

    private CharsMap charsMap(Kind kind) {
        String key = PREFIX + "precompiled_charsmap";
        if (kind != Kind.T5 || !metadata.has(key)) {
            return CharsMap.NONE;
        }
        long[] numbers = metadata.integers(key);
        byte[] bytes = new byte[numbers.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) numbers[i];
        }
        try {
            return CharsMap.parse(bytes);
        } catch (InvalidArgumentException e) {
            throw metadata.malformed(key, String.valueOf(e.getMessage()));
        }
    }

    /**
     * The tokens to cut out of text. GGUF does not say which of them take the white space beside them, so models that
     * need it are known by name.
     */
    private List<AddedToken> added(Vocabulary vocabulary, SpecialTokens special, String pre) {
        String name = metadata.string("general.name", "").toLowerCase(Locale.ROOT);
        String architecture = metadata.string("general.architecture", "");
        boolean phi3 = name.contains("phi-3") || name.contains("phi3");
        boolean maskStrips = pre.startsWith("jina-v2-")
                || architecture.equals("nomic-bert-moe")
                || architecture.equals("jina-bert-v3")
                || name.contains("modern-bert");
        List<AddedToken> added = new ArrayList<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            TokenType type = vocabulary.type(id);
            String text = vocabulary.text(id);
            if (type != TokenType.CONTROL && type != TokenType.UNKNOWN && type != TokenType.USER_DEFINED) {
                continue;
            }
            boolean stripRight = phi3 && !text.equals("<unk>") && !text.equals("<s>") && !text.equals("<|endoftext|>");
            boolean stripLeft = maskStrips && (id == special.mask() || text.equals("<mask>") || text.equals("[MASK]"));
            added.add(new AddedToken(id, text, type != TokenType.USER_DEFINED, stripLeft, stripRight));
        }
        return added;
    }
}
