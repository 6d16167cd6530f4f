package dev.tenon.models.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.InvalidArgumentException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TokenizerTest {
    private static SampleVocabulary letters() {
        return new SampleVocabulary()
                .bytes()
                .merge("a", "a")
                .merge("aa", "aa")
                .merge("b", "a")
                .merge("\u0120", "b")
                .add("<|end|>", 0, TokenType.CONTROL)
                .add("<|end|>!", 0, TokenType.CONTROL)
                .add("<tool>", 0, TokenType.USER_DEFINED);
    }

    private static int[] ids(SampleVocabulary vocabulary, String... tokens) {
        int[] ids = new int[tokens.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = vocabulary.id(tokens[i]);
        }
        return ids;
    }

    @Test
    void mergesByRankThenFromTheLeft() {
        SampleVocabulary vocabulary = letters();
        Tokenizer tokenizer = vocabulary.byteLevel("gpt-2");
        assertArrayEquals(ids(vocabulary, "aa", "a"), tokenizer.encode("aaa"));
        assertArrayEquals(ids(vocabulary, "aaaa", "aa", "a"), tokenizer.encode("aaaaaaa"));
        // "a a" has a lower rank than "b a", so the first a is gone when b asks for it.
        assertArrayEquals(ids(vocabulary, "b", "aa"), tokenizer.encode("baa"));
        assertArrayEquals(ids(vocabulary, "ba", "\u0120", "ba"), tokenizer.encode("ba ba"));
    }

    @Test
    void aMergeWithoutATokenFallsApart() {
        SampleVocabulary vocabulary =
                new SampleVocabulary().bytes().merge("a", "b").merge("ab", "c");
        Tokenizer whole = vocabulary.byteLevel("gpt-2");
        assertArrayEquals(ids(vocabulary, "abc"), whole.encode("abc"));
        TokenizerSpec spec = whole.spec();
        List<String> texts = new ArrayList<>();
        for (int id = 0; id < spec.vocabulary().size() - 1; id++) {
            texts.add(spec.vocabulary().text(id));
        }
        Tokenizer without = Tokenizer.of(new TokenizerSpec(
                spec.model(),
                Vocabulary.of(texts, new float[0], List.of()),
                spec.merges(),
                spec.special(),
                spec.added(),
                spec.endOfGeneration(),
                spec.rules()));
        assertArrayEquals(ids(vocabulary, "a", "b", "c"), without.encode("abc"));
    }

    @Test
    void ranksByIdWhereAFileListsNoMerges() {
        SampleVocabulary vocabulary = new SampleVocabulary().bytes().normal("bc", "ab", "abc");
        Tokenizer tokenizer = vocabulary.byteLevel("gpt-2");
        assertArrayEquals(ids(vocabulary, "abc"), tokenizer.encode("abc"));
        assertArrayEquals(ids(vocabulary, "ab", "a"), tokenizer.encode("aba"));
    }

    @Test
    void controlTokensOnlyWhereAsked() {
        SampleVocabulary vocabulary = letters();
        Tokenizer tokenizer = vocabulary.byteLevel("gpt-2");
        EncodeOptions parse = EncodeOptions.RENDERED;
        assertArrayEquals(ids(vocabulary, "a", "<|end|>", "a"), tokenizer.encode("a<|end|>a", parse));
        assertArrayEquals(ids(vocabulary, "a", "<|end|>!", "a"), tokenizer.encode("a<|end|>!a", parse));
        for (int id : tokenizer.encode("a<|end|>a")) {
            assertTrue(tokenizer.vocabulary().type(id) == TokenType.NORMAL, "made a control token from text");
        }
        assertArrayEquals(ids(vocabulary, "a", "<tool>", "a"), tokenizer.encode("a<tool>a"));
        assertEquals("aa", tokenizer.decode(ids(vocabulary, "a", "<|end|>", "a")));
        assertEquals("a<|end|>a", tokenizer.decode(ids(vocabulary, "a", "<|end|>", "a"), true));
    }

    @Test
    void addedTokensTakeTheSpaceBesideThem() {
        SampleVocabulary vocabulary = letters().strip("<tool>", true, true);
        Tokenizer tokenizer = vocabulary.byteLevel("gpt-2");
        assertArrayEquals(ids(vocabulary, "a", "<tool>", "a"), tokenizer.encode("a \n<tool>\t a"));
        assertArrayEquals(ids(vocabulary, "<tool>"), tokenizer.encode("  <tool>  "));
    }

    @Test
    void addsBeginAndEnd() {
        SampleVocabulary vocabulary = letters();
        int end = vocabulary.id("<|end|>");
        SpecialTokens special = new SpecialTokens(end, end, -1, -1, -1, -1, -1, true, true, false);
        Tokenizer tokenizer =
                vocabulary.build(TokenizerModel.BYTE_LEVEL_BPE, special, SampleVocabulary.rules("gpt-2", false));
        assertArrayEquals(ids(vocabulary, "<|end|>", "a", "<|end|>"), tokenizer.encode("a", EncodeOptions.PROMPT));
        assertArrayEquals(ids(vocabulary, "a"), tokenizer.encode("a", EncodeOptions.TEXT));
    }

    private static SampleVocabulary pieces() {
        return new SampleVocabulary()
                .add("<unk>", 0, TokenType.UNKNOWN)
                .add("<s>", 0, TokenType.CONTROL)
                .byteTokens()
                .add("\u2581", -4, TokenType.NORMAL)
                .add("a", -3, TokenType.NORMAL)
                .add("b", -3, TokenType.NORMAL)
                .add("ab", -2, TokenType.NORMAL)
                .add("\u2581a", -1, TokenType.NORMAL)
                .add("aba", -5, TokenType.NORMAL);
    }

    @Test
    void sentencePieceMergesByScore() {
        SampleVocabulary vocabulary = pieces();
        Tokenizer tokenizer = vocabulary.sentencePiece();
        assertArrayEquals(ids(vocabulary, "\u2581a", "b"), tokenizer.encode("ab"));
        assertArrayEquals(ids(vocabulary, "\u2581a", "b", "\u2581", "<0xC3>", "<0xA9>"), tokenizer.encode("ab \u00E9"));
        assertEquals("ab \u00E9", tokenizer.decode(tokenizer.encode("ab \u00E9")));
        assertEquals(" ab", tokenizer.decode(tokenizer.encode(" ab")));
        assertArrayEquals(new int[0], tokenizer.encode(""));
    }

    @Test
    void aSpaceGoesBeforeTextAfterASpecialToken() {
        SampleVocabulary vocabulary = pieces();
        Tokenizer tokenizer = vocabulary.sentencePiece();
        assertArrayEquals(
                ids(vocabulary, "<s>", "\u2581a", "<s>", "\u2581a"),
                tokenizer.encode("<s>a<s>a", EncodeOptions.RENDERED));
    }

    @Test
    void unigramTakesTheBestCut() {
        SampleVocabulary vocabulary = new SampleVocabulary()
                .add("<unk>", 0, TokenType.UNKNOWN)
                .add("\u2581", -5, TokenType.NORMAL)
                .add("a", -2, TokenType.NORMAL)
                .add("b", -2, TokenType.NORMAL)
                .add("ab", -3, TokenType.NORMAL)
                .add("\u2581ab", -8.5f, TokenType.NORMAL)
                .add("ba", -1, TokenType.NORMAL);
        Tokenizer tokenizer = vocabulary.build(
                TokenizerModel.UNIGRAM, vocabulary.unknown("<unk>"), SampleVocabulary.rules("default", true));
        assertArrayEquals(ids(vocabulary, "\u2581", "ab"), tokenizer.encode("ab"));
        assertArrayEquals(ids(vocabulary, "\u2581", "a", "ba"), tokenizer.encode("aba"));
        // Neighbouring unknown characters are one unknown token.
        assertArrayEquals(ids(vocabulary, "\u2581", "a", "<unk>", "b"), tokenizer.encode("a\u6F22\u5B57b"));
    }

    @Test
    void wordPieceCutsWordsFromTheLeft() {
        SampleVocabulary vocabulary = new SampleVocabulary()
                .add("[UNK]", 0, TokenType.UNKNOWN)
                .normal("\u2581un", "aff", "able", "\u2581re", "\u2581,", "\u2581\u6F22");
        Tokenizer tokenizer = vocabulary.build(
                TokenizerModel.WORDPIECE, vocabulary.unknown("[UNK]"), SampleVocabulary.rules("default", false));
        assertArrayEquals(
                ids(vocabulary, "\u2581un", "aff", "able", "\u2581,", "\u2581re"),
                tokenizer.encode("UNaffable,r\u00E9"));
        assertArrayEquals(ids(vocabulary, "\u2581un", "\u2581\u6F22", "\u2581un"), tokenizer.encode("un\u6F22un"));
        assertArrayEquals(ids(vocabulary, "[UNK]", "\u2581un"), tokenizer.encode("unx \u0001un\u200D"));
        assertArrayEquals(ids(vocabulary, "[UNK]"), tokenizer.encode("un" + "aff".repeat(50)));
        assertEquals("unaffable , re", tokenizer.decode(tokenizer.encode("unaffable, re")));
    }

    @Test
    void codePointsKeepLineEndsWhole() {
        SampleVocabulary vocabulary = new SampleVocabulary()
                .add("<unk>", 0, TokenType.UNKNOWN)
                .byteTokens()
                .normal("\u2581", "a", "\n", "\n\n")
                .merge("\u2581", "a");
        Tokenizer tokenizer = vocabulary.build(
                TokenizerModel.CODE_POINT_BPE, vocabulary.unknown("<unk>"), SampleVocabulary.rules("gemma4", false));
        assertArrayEquals(ids(vocabulary, "a", "\u2581a", "\n\n", "a"), tokenizer.encode("a a\n\na"));
        assertArrayEquals(ids(vocabulary, "<0xC3>", "<0xA9>"), tokenizer.encode("\u00E9"));
        assertEquals("a a\n\na", tokenizer.decode(tokenizer.encode("a a\n\na")));
    }

    @Test
    void aMillionOfOneCharacterTakesSeconds() {
        List<Tokenizer> tokenizers = new ArrayList<>();
        Set<SplitRule> tried = EnumSet.of(SplitRule.LINES);
        for (String name : PreTokenizers.names()) {
            if (tried.add(PreTokenizers.named(name).rule())) {
                tokenizers.add(letters().byteLevel(name));
            }
        }
        tokenizers.add(pieces().sentencePiece());
        int length = 1_000_000;
        // Pieces that make patterns look far ahead: letters, spaces before a letter, digits, signs, capitals.
        List<String> texts = List.of(
                "a".repeat(length),
                " ".repeat(length) + "a",
                "\t \n".repeat(length / 3) + "a",
                "1".repeat(length),
                "'".repeat(length),
                "A".repeat(length),
                "\u0301".repeat(length / 2),
                "\u00E9 ".repeat(length / 4));
        for (int i = 0; i < tokenizers.size(); i++) {
            // Every text with a few, one of them with the rest: the rules differ in how they cut, not in how they
            // merge.
            List<String> chosen =
                    i == 0 || i == tokenizers.size() - 1 ? texts : List.of(texts.get(i % texts.size()), texts.get(1));
            Tokenizer tokenizer = tokenizers.get(i);
            for (String text : chosen) {
                assertTimeoutPreemptively(
                        Duration.ofSeconds(20),
                        () -> {
                            assertTrue(tokenizer.encode(text).length > 0);
                        },
                        tokenizer.spec().rules().preTokenizer());
            }
        }
    }

    @Test
    void encodingAndDecodingGivesTheTextBack() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Tokenizer bpe = letters().byteLevel("llama-bpe");
        Tokenizer sentencePiece = pieces().sentencePiece();
        for (int i = 0; i < 500; i++) {
            String text = randomText(random);
            assertEquals(text, bpe.decode(bpe.encode(text)), "seed " + seed);
            assertEquals(text, sentencePiece.decode(sentencePiece.encode(text)), "seed " + seed);
        }
    }

    @Test
    void streamingNeverCutsACharacter() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Tokenizer tokenizer = letters().byteLevel("gpt-2");
        for (int i = 0; i < 500; i++) {
            String text = randomText(random);
            Detokenizer detokenizer = tokenizer.detokenizer(false, true);
            StringBuilder all = new StringBuilder();
            for (int id : tokenizer.encode(text)) {
                String part = detokenizer.accept(id);
                assertTrue(part.indexOf('\uFFFD') < 0 && part.equals(Utf8.wellFormed(part)), "seed " + seed);
                all.append(part);
            }
            assertEquals("", detokenizer.finish(), "seed " + seed);
            assertEquals(text, all.toString(), "seed " + seed);
        }
    }

    @Test
    void aTailThatIsNoCharacterBecomesTheReplacement() {
        SampleVocabulary vocabulary = letters();
        Tokenizer tokenizer = vocabulary.byteLevel("gpt-2");
        int[] flower = tokenizer.encode("\uD83C\uDF38");
        Detokenizer detokenizer = tokenizer.detokenizer(false, true);
        assertEquals("", detokenizer.accept(flower[0]));
        assertEquals("", detokenizer.accept(flower[1]));
        assertEquals("\uFFFDa", detokenizer.accept(vocabulary.id("a")));
        assertEquals("", detokenizer.accept(flower[0]));
        assertEquals("\uFFFD", detokenizer.finish());
        assertEquals("a", detokenizer.accept(vocabulary.id("a")));
    }

    private static String randomText(Random random) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(40);
        for (int i = 0; i < length; i++) {
            int codePoint = switch (random.nextInt(5)) {
                case 0 -> ' ';
                case 1 -> 'a' + random.nextInt(3);
                case 2 -> 0x20 + random.nextInt(0x700);
                case 3 -> 0x3000 + random.nextInt(0x2000);
                default -> 0x1F300 + random.nextInt(0x300);
            };
            text.appendCodePoint(codePoint);
        }
        return text.toString();
    }

    @Test
    void unpairedSurrogatesCountAsTheReplacement() {
        Tokenizer tokenizer = letters().byteLevel("gpt-2");
        assertEquals("a\uFFFDb\uFFFD", tokenizer.decode(tokenizer.encode("a\uD83Cb\uDF38")));
    }

    @Test
    void whatDoesNotHoldTogetherIsRefused() {
        Tokenizer tokenizer = letters().byteLevel("gpt-2");
        assertThrows(InvalidArgumentException.class, () -> tokenizer.decode(new int[] {-1}));
        assertThrows(InvalidArgumentException.class, () -> tokenizer.decode(new int[] {1 << 20}));
        assertThrows(InvalidArgumentException.class, () -> letters().byteLevel("no-such-name"));
        assertThrows(
                InvalidArgumentException.class,
                () -> new SampleVocabulary().normal("a", "a").byteLevel("gpt-2"));
        SpecialTokens outside = new SpecialTokens(5000, -1, -1, -1, -1, -1, -1, true, false, false);
        assertThrows(
                InvalidArgumentException.class,
                () -> letters().build(TokenizerModel.BYTE_LEVEL_BPE, outside, TextRules.PLAIN));
        assertThrows(InvalidArgumentException.class, () -> CharsMap.parse(new byte[] {1, 2, 3}));
        assertThrows(InvalidArgumentException.class, () -> CharsMap.parse(new byte[] {-1, -1, -1, 127, 0}));
    }
}
