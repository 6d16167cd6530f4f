package dev.tenon.models.tokenizer;

import dev.tenon.error.InputOutputException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.MalformedFileException;
import dev.tenon.io.MappedFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the {@code tokenizer.json} that the tokenizers library writes beside a model: BPE over bytes, BPE as SentencePiece's,
 * unigram and WordPiece. It gives the same ids as that library; what it cannot give them for (cuts, normalizers and options that
 * published models of these kinds do not have) is an error.
 *
 * <p>The file does not say which tokens end what a model writes; they are told by their names, and by its template.
 */
public final class TokenizerJson {
    private static final String CONTINUATION = "##";

    private final JsonObject root;
    private final JsonObject model;
    private final JsonVocabulary vocabulary;
    private final JsonPipeline pipeline;

    private TokenizerJson(JsonObject root) {
        this.root = root;
        model = root.object("model");
        vocabulary = JsonVocabulary.read(root, model);
        pipeline = JsonPipeline.of(root);
    }

    /**
     * The tokenizer of a file.
     *
     * @throws InputOutputException if it cannot be read
     * @throws MalformedFileException if it is damaged, or asks for what is not known here
     */
    public static Tokenizer read(Path path) {
        try (MappedFile file = MappedFile.open(path)) {
            return read(file.segment(), file.name());
        }
    }

    /**
     * The tokenizer of a text that is in memory, UTF-8.
     *
     * @param name the name for messages
     * @throws MalformedFileException as {@link #read(Path)}
     */
    public static Tokenizer read(MemorySegment text, String name) {
        JsonObject root = JsonObject.of(name, "", JsonTree.read(text, name));
        try {
            return Tokenizer.of(new TokenizerJson(root).spec());
        } catch (InvalidArgumentException e) {
            throw root.malformed("model", String.valueOf(e.getMessage()));
        }
    }

    private TokenizerSpec spec() {
        String type = model.string("type", model.has("merges") ? "BPE" : "");
        return switch (type) {
            case "BPE" -> pipeline.isByteLevel() ? byteLevel() : codePoints();
            case "Unigram" -> unigram();
            case "WordPiece" -> wordPiece();
            default -> throw model.malformed("type", "unknown model \"" + type + "\"");
        };
    }

    private TokenizerSpec byteLevel() {
        refuseAffixes();
        return spec(TokenizerModel.BYTE_LEVEL_BPE, merges(), pipeline.byteLevel(model.bool("ignore_merges", false)));
    }

    private TokenizerSpec codePoints() {
        refuseAffixes();
        if (model.bool("byte_fallback", false)) {
            if (!vocabulary.hasAllByteTokens()) {
                throw model.unsupported("\"byte_fallback\" without a token for each byte");
            }
        } else if (vocabulary.hasByteTokens() || model.bool("fuse_unk", false)) {
            throw model.unsupported("\"byte_fallback\" false beside byte tokens or \"fuse_unk\"");
        }
        if (model.bool("ignore_merges", false)) {
            throw model.unsupported("\"ignore_merges\" over code points");
        }
        return spec(TokenizerModel.CODE_POINT_BPE, merges(), pipeline.codePoints());
    }

    private TokenizerSpec unigram() {
        if (model.bool("byte_fallback", false) != vocabulary.hasByteTokens()) {
            throw model.unsupported("\"byte_fallback\" that does not go with the tokens");
        }
        if (vocabulary.hasSpaceInside()) {
            throw model.unsupported("a token over several words");
        }
        return spec(TokenizerModel.UNIGRAM, List.of(), pipeline.unigram());
    }

    private TokenizerSpec wordPiece() {
        if (!model.string("continuing_subword_prefix", CONTINUATION).equals(CONTINUATION)
                || (model.has("max_input_chars_per_word")
                        && model.count("max_input_chars_per_word", 1 << 20) != WordPieceEncoder.LONGEST_WORD)) {
            throw model.unsupported("WordPiece with other marks or lengths than BERT's");
        }
        return spec(TokenizerModel.WORDPIECE, List.of(), pipeline.wordPiece());
    }

    private TokenizerSpec spec(TokenizerModel kind, List<String> merges, TextRules rules) {
        boolean bert = kind == TokenizerModel.WORDPIECE;
        JsonTemplate template = JsonTemplate.read(root, vocabulary);
        int unknown = vocabulary.unknownId();
        int padding = root.find("padding")
                .filter(each -> each.has("pad_id"))
                .map(each -> each.count("pad_id", vocabulary.size() - 1))
                .orElse(SpecialTokens.NONE);
        int mask = vocabulary.first("[MASK]", "<mask>");
        if (bert) {
            vocabulary.markWordStarts(CONTINUATION);
        }
        int eos = bert ? SpecialTokens.NONE : template.end();
        int separator = bert ? template.end() : SpecialTokens.NONE;
        EndTokens ends = new EndTokens(vocabulary.build(), eos, SpecialTokens.NONE);
        SpecialTokens special = new SpecialTokens(
                template.begin(),
                eos,
                unknown,
                separator,
                padding,
                mask,
                ends.endOfTurn(),
                template.begin() >= 0,
                eos >= 0,
                separator >= 0);
        return new TokenizerSpec(kind, ends.retyped(), merges, special, vocabulary.addedTokens(), ends.ids(), rules);
    }

    private void refuseAffixes() {
        if (!model.string("continuing_subword_prefix", "").isEmpty()
                || !model.string("end_of_word_suffix", "").isEmpty()) {
            throw model.unsupported("BPE with marks inside words");
        }
    }

    /** As {@code "left right"}; the file has them so or as pairs. */
    private List<String> merges() {
        List<String> merges = new ArrayList<>();
        for (Object each : model.list("merges")) {
            String field = "merges[" + merges.size() + "]";
            switch (each) {
                case String line -> merges.add(line);
                case List<?> pair
                when pair.size() == 2 && pair.get(0) instanceof String left && pair.get(1) instanceof String right -> {
                    if (left.indexOf(' ') >= 0 || right.indexOf(' ') >= 0) {
                        throw model.malformed(field, "a token with a plain space is not supported");
                    }
                    merges.add(left + " " + right);
                }
                default -> throw model.malformed(field, "it should be two tokens");
            }
        }
        return merges;
    }
}
