package dev.tenon.models.tokenizer;

import static java.util.regex.Pattern.UNICODE_CHARACTER_CLASS;

import dev.tenon.models.tokenizer.SplitStage.NumbersFromRight;
import dev.tenon.models.tokenizer.SplitStage.NumbersFromRight.Scope;
import dev.tenon.models.tokenizer.SplitStage.Regex;
import dev.tenon.models.tokenizer.SplitStage.WhitespaceInPowersOfTwo;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The ways of cutting text into words that BPE models were trained with, each the stages of its model's own
 * {@code tokenizer.json}. {@link PreTokenizers} says which names mean which.
 *
 * <p>{@code \s}, {@code \d} and {@code \b} mean Unicode's white space, digits and word edges, as in the libraries that
 * trained the models. Where a published pattern can backtrack at length it is written here with possessive repeats
 * that match the same.
 */
enum SplitRule {
    GPT2,
    LLAMA3,
    QWEN2,
    QWEN35,
    JAIS2,
    STARCODER,
    FALCON,
    /** For files that name none. */
    DEFAULT,
    DEEPSEEK_LLM,
    DEEPSEEK_CODER,
    DEEPSEEK3,
    SPARK,
    AFMOE,
    YOUTU,
    BLOOM,
    VIKING,
    TEKKEN,
    GPT4O,
    TINY_AYA,
    KIMI_K2,
    CHAMELEON,
    SUPERBPE,
    BAILING,
    SEED_CODER,
    EXAONE_MOE,
    MINICPM5,
    /** Qwen's without English contractions, for suffixes that an apostrophe joins on. */
    UFAKZEKA,
    LAGUNA,
    /** Whole lines: the merges run over spaces too. */
    LINES,
    /** Not at all: the merges run over everything. */
    NONE,
    /** Before each U+2581, as tokenizer.json's Metaspace does. */
    METASPACE;

    /** Compiles the rule's patterns, at each call. */
    List<SplitStage> stages() {
        return switch (this) {
            case GPT2 -> List.of(regex(Patterns.GPT2));
            case LLAMA3 -> List.of(regex(Patterns.LLAMA3));
            case QWEN2 -> List.of(regex(Patterns.QWEN2));
            case QWEN35 -> List.of(regex(Patterns.words("[\\p{L}\\p{M}]", "\\p{M}", "\\p{N}", "[\\r\\n]*")));
            case JAIS2 -> List.of(regex(Patterns.LLAMA3), new WhitespaceInPowersOfTwo());
            case STARCODER -> List.of(regex("\\p{N}"), regex(Patterns.GPT2));
            case FALCON -> List.of(regex("[\\p{P}$+<=>^~|`]+"), regex(Patterns.GPT2), regex("[0-9][0-9][0-9]"));
            case DEFAULT ->
                List.of(regex("[\\p{P}$+<=>^~|]+"), regex(Patterns.GPT2), regex("\\p{N}+"), regex("[0-9][0-9][0-9]"));
            case DEEPSEEK_LLM ->
                List.of(
                        regex("[\\r\\n]"),
                        regex("\\s?[" + Patterns.CASED_LETTERS + "]+"),
                        regex(
                                "\\s?[!-/:-~\\x{FF01}-\\x{FF0F}\\x{FF1A}-\\x{FF5E}\\x{2018}-\\x{201F}\\x{3000}-\\x{3002}]+"),
                        // Anchored behind by hand: without that every place of a long run would be tried.
                        regex("(?<!\\s)\\s++\\z"),
                        regex("[\\x{4E00}-\\x{9FA5}\\x{800}-\\x{4E00}\\x{AC00}-\\x{D7FF}]+"),
                        regex("\\p{N}+"));
            case DEEPSEEK_CODER ->
                List.of(
                        regex("[\\r\\n]"),
                        regex("\\s?\\p{L}+"),
                        regex("\\s?\\p{P}+"),
                        regex("[\\x{4E00}-\\x{9FA5}\\x{800}-\\x{4E00}\\x{AC00}-\\x{D7FF}]+"),
                        regex("\\p{N}"));
            case DEEPSEEK3 -> List.of(regex("\\p{N}{1,3}"), regex(Patterns.HAN_AND_KANA), regex(Patterns.MARKED_WORDS));
            case SPARK ->
                List.of(
                        regex("\\p{N}{1,3}"),
                        regex(Patterns.HAN_AND_KANA),
                        regex(Patterns.ASCII_SIGN_THEN_LETTERS
                                + "|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+"
                                + "|[\\r\\n]|\\s+(?!\\S)|\\s+"),
                        regex("\\p{N}"));
            case AFMOE ->
                List.of(
                        new NumbersFromRight(Scope.NUMBERS),
                        regex(
                                "[\\x{4E00}-\\x{9FFF}\\x{3400}-\\x{4DBF}\\x{F900}-\\x{FAFF}\\x{3040}-\\x{309F}\\x{30A0}-\\x{30FF}"
                                        + "\\x{FF65}-\\x{FF9F}\\x{2F00}-\\x{2FDF}\\x{E40}-\\x{E7F}\\x{E80}-\\x{EFF}\\x{1780}-\\x{17FF}"
                                        + "\\x{1000}-\\x{109F}\\x{AA60}-\\x{AA7F}\\x{A9E0}-\\x{A9FF}\\x{AC00}-\\x{D7AF}"
                                        + "\\x{1100}-\\x{11FF}]+"),
                        regex(Patterns.MARKED_WORDS));
            case YOUTU ->
                List.of(
                        regex("[\\x{AC00}-\\x{D7A3}\\x{3131}-\\x{318E}]+"
                                + "|[\\x{FF01}\\x{2026}\\x{201C}\\x{201D}\\x{2018}\\x{2019}\\x{2014}\\x{FF1A}\\x{FF1B}\\x{FF0C}"
                                + "\\x{3001}-\\x{303F}\\x{FE30}-\\x{FE4F}]+|[\\x{3105}-\\x{312F}]+|"
                                + Patterns.HAN_AND_KANA),
                        regex(Patterns.casedWords("", Patterns.CONTRACTION + "?", "\\p{N}", "[\\r\\n/]*")));
            case BLOOM -> List.of(regex(Patterns.BLOOM));
            case VIKING -> List.of(regex(Patterns.BLOOM), regex("\\p{N}"));
            case TEKKEN -> List.of(regex(Patterns.casedWords("", "", "\\p{N}", "[\\r\\n/]*")));
            case GPT4O -> List.of(regex(Patterns.GPT4O));
            case TINY_AYA -> List.of(new NumbersFromRight(Scope.DIGITS_BEFORE_BOUNDARY), regex(Patterns.GPT4O));
            case KIMI_K2 ->
                List.of(regex("\\p{IsHan}+|"
                        + Patterns.casedWords(
                                "&&[^\\p{IsHan}]", Patterns.CONTRACTION + "?", "\\p{N}{1,3}", "[\\r\\n]*")));
            case CHAMELEON ->
                List.of(
                        regex("<sentinel:[0-9]+>"),
                        regex("IMGIMG[A-I]{1,4}Z"),
                        regex("[\\t\\n]|    |  "),
                        regex("\\p{N}"),
                        regex("[\\p{P}!-/:-@\\[-`{-~]"),
                        regex(Patterns.GPT2));
            case SUPERBPE -> List.of(regex("\\p{N}+"), new NumbersFromRight(Scope.DIGITS));
            case BAILING ->
                List.of(regex(
                        Patterns.CONTRACTION + "|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*"
                                + "|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"));
            case SEED_CODER ->
                List.of(regex(Patterns.CONTRACTION + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}\\r\\n]+"
                        + Patterns.LINES_AND_SPACES));
            case EXAONE_MOE ->
                List.of(regex(
                        Patterns.CONTRACTION + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}(?:[\\p{L}\\p{M}]++| (?=\\p{L}))*+|\\p{N}"
                                + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]?|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"));
            case MINICPM5 -> List.of(regex("\\p{N}{1,3}"), regex(Patterns.words("\\p{L}", "", "\\p{N}+", "[\\r\\n]*")));
            case UFAKZEKA ->
                List.of(regex("[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                        + Patterns.LINES_AND_SPACES));
            case LAGUNA -> List.of(regex(Patterns.LINES), regex(Patterns.QWEN2));
            case LINES -> List.of(regex(Patterns.LINES));
            case NONE -> List.of();
            case METASPACE -> List.of(regex("\\x{2581}?[^\\x{2581}]*+"));
        };
    }

    private static SplitStage regex(String pattern) {
        return new Regex(Pattern.compile(pattern, UNICODE_CHARACTER_CLASS));
    }

    /** What several rules share. */
    private static final class Patterns {
        static final String LINES_AND_SPACES = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
        static final String CONTRACTION = "(?:'(?:[sStTmMdD]|[rR][eE]|[vV][eE]|[lL][lL]))";
        static final String GPT2 = "'(?:[stmd]|re|ve|ll)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
        static final String LINES = "[^\\n]++|\\n++";
        static final String HAN_AND_KANA = "[\\x{4E00}-\\x{9FA5}\\x{3040}-\\x{309F}\\x{30A0}-\\x{30FF}]+";
        static final String ASCII_SIGN_THEN_LETTERS = "[!-/:-@\\[-`{-~][A-Za-z]+";
        static final String MARKED_WORDS = ASCII_SIGN_THEN_LETTERS
                + "|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*"
                + LINES_AND_SPACES;
        static final String BLOOM = " ?[^(\\s|.,!?\\x{2026}\\x{3002}\\x{FF0C}\\x{3001}\\x{964}\\x{6D4}\\x{60C})]+";

        static final String LLAMA3 = words("\\p{L}", "", "\\p{N}{1,3}", "[\\r\\n]*");
        static final String QWEN2 = words("\\p{L}", "", "\\p{N}", "[\\r\\n]*");
        static final String GPT4O = casedWords("", CONTRACTION + "?", "\\p{N}{1,3}", "[\\r\\n/]*");

        /** The cased letters of Unicode that DeepSeek's first tokenizer lists one by one. */
        static final String CASED_LETTERS = "A-Za-z\\x{B5}\\x{C0}-\\x{D6}\\x{D8}-\\x{F6}\\x{F8}-\\x{1BA}"
                + "\\x{1BC}-\\x{1BF}\\x{1C4}-\\x{293}\\x{295}-\\x{2AF}\\x{370}-\\x{373}"
                + "\\x{376}\\x{377}\\x{37B}-\\x{37D}\\x{37F}\\x{386}\\x{388}-\\x{38A}"
                + "\\x{38C}\\x{38E}-\\x{3A1}\\x{3A3}-\\x{3F5}\\x{3F7}-\\x{481}"
                + "\\x{48A}-\\x{52F}\\x{531}-\\x{556}\\x{10A0}-\\x{10C5}"
                + "\\x{13A0}-\\x{13F5}\\x{13F8}-\\x{13FD}\\x{1C90}-\\x{1CBA}"
                + "\\x{1CBD}-\\x{1CBF}\\x{1D00}-\\x{1D2B}\\x{1D6B}-\\x{1D77}"
                + "\\x{1D79}-\\x{1D9A}\\x{1E00}-\\x{1F15}\\x{1F18}-\\x{1F1D}"
                + "\\x{1F20}-\\x{1F45}\\x{1F48}-\\x{1F4D}\\x{1F50}-\\x{1F57}\\x{1F59}"
                + "\\x{1F5B}\\x{1F5D}\\x{1F5F}-\\x{1F7D}\\x{1F80}-\\x{1FB4}"
                + "\\x{1FB6}-\\x{1FBC}\\x{1FBE}\\x{1FC2}-\\x{1FC4}\\x{1FC6}-\\x{1FCC}"
                + "\\x{1FD0}-\\x{1FD3}\\x{1FD6}-\\x{1FDB}\\x{1FE0}-\\x{1FEC}"
                + "\\x{1FF2}-\\x{1FF4}\\x{1FF6}-\\x{1FFC}\\x{2102}\\x{2107}"
                + "\\x{210A}-\\x{2113}\\x{2115}\\x{2119}-\\x{211D}\\x{2124}\\x{2126}"
                + "\\x{2128}\\x{212A}-\\x{212D}\\x{212F}-\\x{2134}\\x{2139}"
                + "\\x{213C}-\\x{213F}\\x{2145}-\\x{2149}\\x{214E}\\x{2183}\\x{2184}"
                + "\\x{2C00}-\\x{2C7B}\\x{2C7E}-\\x{2CE4}\\x{2CEB}-\\x{2CEE}\\x{2CF2}"
                + "\\x{2CF3}\\x{A640}-\\x{A66D}\\x{A680}-\\x{A69B}\\x{A722}-\\x{A76F}"
                + "\\x{A771}-\\x{A787}\\x{A78B}-\\x{A78E}\\x{AB70}-\\x{ABBF}"
                + "\\x{FB00}-\\x{FB06}\\x{FB13}-\\x{FB17}\\x{FF21}-\\x{FF3A}"
                + "\\x{FF41}-\\x{FF5A}\\x{10400}-\\x{1044F}\\x{104B0}-\\x{104D3}"
                + "\\x{104D8}-\\x{104FB}\\x{10C80}-\\x{10CB2}\\x{10CC0}-\\x{10CF2}"
                + "\\x{118A0}-\\x{118DF}\\x{1E900}-\\x{1E943}";

        private Patterns() {}

        /** Contractions, words of {@code letter} with one sign before, numbers, signs and what follows them, space. */
        static String words(String letter, String notSign, String numbers, String afterSigns) {
            return CONTRACTION + "|[^\\r\\n\\p{L}\\p{N}]?" + letter + "+|" + numbers + "| ?[^\\s\\p{L}" + notSign
                    + "\\p{N}]+" + afterSigns + LINES_AND_SPACES;
        }

        /** As {@link #words}, a word ending where small letters are followed by a capital. */
        static String casedWords(String without, String suffix, String numbers, String afterSigns) {
            String upper = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}" + without + "]";
            String lower = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}" + without + "]";
            String sign = "[^\\r\\n\\p{L}\\p{N}]?";
            return sign + upper + "*" + lower + "+" + suffix + "|" + sign + upper + "+" + lower + "*" + suffix + "|"
                    + numbers + "| ?[^\\s\\p{L}\\p{N}]+" + afterSigns + LINES_AND_SPACES;
        }
    }
}
