package dev.tenon.models.tokenizer;

import dev.tenon.error.InvalidArgumentException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * What a {@code tokenizer.json} does to text before its model sees it, boiled down to {@link TextRules}. Sequences that these
 * cannot say, and patterns that {@link SplitRule} does not know, are errors: guessing would give other tokens than the model was
 * trained on.
 */
final class JsonPipeline {
    private static final String GPT2 = "GPT-2's pattern";
    private static final String DIGITS = "digits one by one";
    private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String SPACES = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";

    /** Sequences of cuts, as published with models, and {@link PreTokenizers}' names for them. */
    private static final Map<List<String>, String> CUTS = Map.of(
            List.of(), "none",
            List.of(GPT2), "gpt-2",
            List.of(DIGITS, GPT2), "starcoder",
            List.of(words("\\p{N}{1,3}")), "llama-bpe",
            List.of(words("\\p{N}")), "qwen2",
            List.of(cased(CONTRACTIONS + "?", "\\p{N}{1,3}")), "gpt-4o",
            List.of(cased("", "\\p{N}")), "tekken",
            List.of(" ?[^(\\s|[.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c])]+"), "bloom");

    private final JsonObject root;
    private final List<JsonObject> normalizers;
    private final List<JsonObject> preTokenizers;

    private JsonPipeline(JsonObject root) {
        this.root = root;
        normalizers = steps(root, "normalizer", "normalizers");
        preTokenizers = steps(root, "pre_tokenizer", "pretokenizers");
    }

    static JsonPipeline of(JsonObject root) {
        return new JsonPipeline(root);
    }

    private static String words(String numbers) {
        return CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" + numbers + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*" + SPACES;
    }

    private static String cased(String suffix, String numbers) {
        return "[^\\r\\n\\p{L}\\p{N}]?" + UPPER + "*" + LOWER + "+" + suffix + "|[^\\r\\n\\p{L}\\p{N}]?" + UPPER + "+"
                + LOWER + "*" + suffix + "|" + numbers + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*" + SPACES;
    }

    /** A step, or the steps of a sequence of them, which may lie in sequences again. */
    private static List<JsonObject> steps(JsonObject parent, String name, String inSequence) {
        List<JsonObject> steps = new ArrayList<>();
        parent.find(name).ifPresent(step -> flatten(step, inSequence, steps));
        return steps;
    }

    private static void flatten(JsonObject step, String inSequence, List<JsonObject> steps) {
        if (!step.type().equals("Sequence")) {
            steps.add(step);
            return;
        }
        step.objects(inSequence).forEach(each -> flatten(each, inSequence, steps));
    }

    /** Whether words are cut into bytes. */
    boolean isByteLevel() {
        return preTokenizers.stream().anyMatch(step -> step.type().equals("ByteLevel"));
    }

    /** The rules of BPE over bytes. */
    TextRules byteLevel(boolean ignoreMerges) {
        UnicodeForm form = UnicodeForm.AS_IS;
        for (JsonObject step : normalizers) {
            form = form(step, form);
        }
        SpacePrefix prefix = SpacePrefix.NEVER;
        List<String> cuts = new ArrayList<>();
        for (JsonObject step : preTokenizers) {
            switch (step.type()) {
                case "ByteLevel" -> {
                    if (step.bool("add_prefix_space", true)) {
                        prefix = SpacePrefix.MISSING;
                        requireFirst(step);
                    }
                    if (step.bool("use_regex", true)) {
                        cuts.add(GPT2);
                    }
                }
                case "Digits" -> {
                    if (!step.bool("individual_digits", false)) {
                        throw step.unsupported("a cut round runs of digits");
                    }
                    cuts.add(DIGITS);
                }
                case "Split" -> cuts.add(pattern(step));
                default -> throw step.unsupported("\"" + step.type() + "\" before BPE over bytes");
            }
        }
        return rules(cut(cuts), form, prefix, ignoreMerges);
    }

    /** Behind another cut, the space would go before each of its pieces. */
    private void requireFirst(JsonObject step) {
        if (step != preTokenizers.getFirst()) {
            throw step.unsupported("\"add_prefix_space\" behind another cut");
        }
    }

    private String cut(List<String> cuts) {
        String name = CUTS.get(cuts);
        if (name == null) {
            throw root.malformed("pre_tokenizer", "the cut " + String.join(", then ", cuts) + " is not supported");
        }
        return name;
    }

    private static String pattern(JsonObject split) {
        String behavior = split.string("behavior");
        boolean invert = split.bool("invert", false);
        // The known patterns match all of any text, so that what lies between matches is nothing.
        if (!(behavior.equals("Isolated") && !invert) && !(behavior.equals("Removed") && invert)) {
            throw split.unsupported("a split of behavior \"" + behavior + "\"");
        }
        return split.object("pattern").string("Regex");
    }

    /** The rules of BPE over code points, as SentencePiece's. */
    TextRules codePoints() {
        UnicodeForm form = UnicodeForm.AS_IS;
        SpacePrefix prefix = SpacePrefix.NEVER;
        boolean replaced = false;
        for (JsonObject step : normalizers) {
            if (step.type().equals("Prepend") && step.string("prepend").equals("\u2581") && !replaced) {
                prefix = SpacePrefix.ALWAYS;
            } else if (isSpaceReplacement(step)) {
                replaced = true;
            } else {
                form = form(step, form);
            }
        }
        String cut = "none";
        for (JsonObject step : preTokenizers) {
            if (!step.type().equals("Metaspace") || prefix != SpacePrefix.NEVER || preTokenizers.size() > 1) {
                throw step.unsupported("\"" + step.type() + "\" before BPE over code points");
            }
            replaced = true;
            prefix = metaspace(step);
            cut = step.bool("split", true) ? "metaspace" : "none";
        }
        if (!replaced) {
            throw root.malformed("pre_tokenizer", "BPE over text with plain spaces is not supported");
        }
        return rules(cut, form, prefix, false);
    }

    /** The rules of a unigram model. */
    TextRules unigram() {
        CharsMap charsMap = CharsMap.NONE;
        UnicodeForm form = UnicodeForm.AS_IS;
        boolean single = false;
        boolean trimmed = false;
        for (JsonObject step : normalizers) {
            switch (step.type()) {
                case "Precompiled" -> charsMap = charsMap(step);
                case "Replace" -> {
                    if (!" {2,}".equals(step.object("pattern").members().get("Regex"))) {
                        throw step.unsupported("this replacement");
                    }
                    single = true;
                }
                case "Strip" -> {
                    if (charsMap == CharsMap.NONE) {
                        throw step.unsupported("\"Strip\" without a map of characters before");
                    }
                    trimmed = step.bool("strip_right", true);
                }
                default -> form = form(step, form);
            }
        }
        SpacePrefix prefix = SpacePrefix.NEVER;
        boolean split = false;
        for (JsonObject step : preTokenizers) {
            switch (step.type()) {
                case "WhitespaceSplit" -> {
                    if (charsMap == CharsMap.NONE) {
                        throw step.unsupported("\"WhitespaceSplit\" without a map of characters");
                    }
                    split = true;
                }
                case "Metaspace" -> prefix = metaspace(step);
                default -> throw step.unsupported("\"" + step.type() + "\" before a unigram model");
            }
        }
        boolean removes = split || (single && trimmed);
        if (preTokenizers.stream().noneMatch(step -> step.type().equals("Metaspace")) || single != removes) {
            throw root.malformed("pre_tokenizer", "this treatment of spaces before a unigram model is not supported");
        }
        return new TextRules("default", form, prefix, removes, false, false, false, false, charsMap);
    }

    private static CharsMap charsMap(JsonObject step) {
        try {
            return CharsMap.parse(Base64.getDecoder().decode(step.string("precompiled_charsmap")));
        } catch (IllegalArgumentException | InvalidArgumentException e) {
            throw step.malformed("precompiled_charsmap", String.valueOf(e.getMessage()));
        }
    }

    /** The rules of WordPiece, which are BERT's or none that are known here. */
    TextRules wordPiece() {
        if (normalizers.size() != 1
                || !normalizers.getFirst().type().equals("BertNormalizer")
                || preTokenizers.size() != 1
                || !preTokenizers.getFirst().type().equals("BertPreTokenizer")) {
            throw root.malformed("normalizer", "WordPiece with other steps than BERT's is not supported");
        }
        JsonObject bert = normalizers.getFirst();
        if (!bert.bool("clean_text", true) || !bert.bool("handle_chinese_chars", true)) {
            throw bert.unsupported("text that is not cleaned");
        }
        boolean lowercase = bert.bool("lowercase", true);
        boolean strip = bert.bool("strip_accents", lowercase);
        return new TextRules(
                "default", UnicodeForm.AS_IS, SpacePrefix.NEVER, false, false, false, lowercase, strip, CharsMap.NONE);
    }

    private static boolean isSpaceReplacement(JsonObject step) {
        return step.type().equals("Replace")
                && " ".equals(step.object("pattern").members().get("String"))
                && step.string("content").equals("\u2581");
    }

    private static SpacePrefix metaspace(JsonObject step) {
        if (!step.string("replacement").equals("\u2581")) {
            throw step.unsupported("a space written as \"" + step.string("replacement") + "\"");
        }
        String scheme = step.string("prepend_scheme", step.bool("add_prefix_space", true) ? "always" : "never");
        return switch (scheme) {
            case "always" -> SpacePrefix.MISSING;
            case "first" -> SpacePrefix.MISSING_AT_START;
            case "never" -> SpacePrefix.NEVER;
            default -> throw step.malformed("prepend_scheme", "unknown: \"" + scheme + "\"");
        };
    }

    private static UnicodeForm form(JsonObject step, UnicodeForm before) {
        if (before != UnicodeForm.AS_IS) {
            throw step.unsupported("\"" + step.type() + "\" after another form of Unicode");
        }
        return switch (step.type()) {
            case "NFC" -> UnicodeForm.NFC;
            case "NFD" -> UnicodeForm.NFD;
            case "NFKC" -> UnicodeForm.NFKC;
            case "NFKD" -> UnicodeForm.NFKD;
            default -> throw step.unsupported("the normalizer \"" + step.type() + "\"");
        };
    }

    private static TextRules rules(String cut, UnicodeForm form, SpacePrefix prefix, boolean ignoreMerges) {
        return new TextRules(cut, form, prefix, false, false, ignoreMerges, false, false, CharsMap.NONE);
    }
}
