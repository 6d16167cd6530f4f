package dev.tenon.models.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The words that pre-tokenizers cut; expected values come from the models' own patterns in the tokenizers library. */
class SplitRuleTest {
    private static List<String> words(SplitRule rule, String text) {
        IntList ends = new IntList();
        ends.add(text.length());
        for (SplitStage stage : rule.stages()) {
            ends = stage.apply(text, ends);
        }
        List<String> words = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < ends.size(); i++) {
            words.add(text.substring(from, ends.get(i)));
            from = ends.get(i);
        }
        assertEquals(text, String.join("", words));
        return words;
    }

    @Test
    void everyRuleKeepsTheTextAndCutsNoEmptyWord() {
        String text = " It's 12345 \u00E9t\u00E9\u3000\u6F22\u5B57 \uD83C\uDF38 <sentinel:12>\r\n\n  x\t";
        for (SplitRule rule : SplitRule.values()) {
            List<String> words = words(rule, text);
            assertEquals(0, words.stream().filter(String::isEmpty).count(), rule.name());
        }
    }

    @Test
    void contractionsAndSpaces() {
        assertEquals(List.of("It", "'s", " a", "  ", " b", " "), words(SplitRule.GPT2, "It's a   b "));
        assertEquals(List.of("IT", "'", "S"), words(SplitRule.GPT2, "IT'S"));
        assertEquals(List.of("IT", "'S"), words(SplitRule.LLAMA3, "IT'S"));
        assertEquals(List.of("IT", "'S"), words(SplitRule.UFAKZEKA, "IT'S"));
        assertEquals(List.of("a", "\n\n", " b"), words(SplitRule.QWEN2, "a\n\n b"));
    }

    @Test
    void numbers() {
        assertEquals(List.of("123", "45"), words(SplitRule.LLAMA3, "12345"));
        assertEquals(List.of("1", "2", "3"), words(SplitRule.QWEN2, "123"));
        assertEquals(List.of("1", "2"), words(SplitRule.STARCODER, "12"));
        assertEquals(List.of("12", "345"), words(SplitRule.TINY_AYA, "12345"));
        assertEquals(List.of("123", "45", "x"), words(SplitRule.TINY_AYA, "12345x"));
        assertEquals(List.of("a", "1", "234"), words(SplitRule.SUPERBPE, "a1234"));
        assertEquals(List.of("a", "12", "345"), words(SplitRule.AFMOE, "a12345"));
        assertEquals(List.of("123", "4"), words(SplitRule.FALCON, "1234"));
    }

    @Test
    void wordsEndWhereSmallLettersMeetACapital() {
        assertEquals(List.of("camel", "Case"), words(SplitRule.GPT4O, "camelCase"));
        assertEquals(List.of("HTTPServer"), words(SplitRule.GPT4O, "HTTPServer"));
        assertEquals(List.of("\u00E9t\u00E9", "\u00C9t\u00E9"), words(SplitRule.TEKKEN, "\u00E9t\u00E9\u00C9t\u00E9"));
        assertEquals(List.of("don't"), words(SplitRule.GPT4O, "don't"));
        assertEquals(List.of("don", "'t"), words(SplitRule.TEKKEN, "don't"));
        assertEquals(List.of("\u6F22\u5B57", "kana"), words(SplitRule.KIMI_K2, "\u6F22\u5B57kana"));
    }

    @Test
    void whiteSpaceInPowersOfTwo() {
        assertEquals(List.of("    ", "  ", " x"), words(SplitRule.JAIS2, "       x"));
        assertEquals(List.of("x", "    ", " "), words(SplitRule.JAIS2, "x     "));
        assertEquals(List.of(" \n \n", "  ", " x"), words(SplitRule.JAIS2, " \n \n   x"));
    }

    @Test
    void trailingSpaceOfDeepSeek() {
        assertEquals(List.of("a", "  ", "\u200B", "b", "  "), words(SplitRule.DEEPSEEK_LLM, "a  \u200Bb  "));
        assertEquals(List.of("a", "\n", "\n"), words(SplitRule.DEEPSEEK_CODER, "a\n\n"));
    }

    @Test
    void unicodeWhiteSpaceIsWhiteSpace() {
        for (int c = 0; c < 0x10000; c++) {
            boolean white = SplitStage.isWhitespace(c);
            boolean expected = (c >= 9 && c <= 13)
                    || c == 0x20
                    || c == 0x85
                    || c == 0xA0
                    || c == 0x1680
                    || (c >= 0x2000 && c <= 0x200A)
                    || c == 0x2028
                    || c == 0x2029
                    || c == 0x202F
                    || c == 0x205F
                    || c == 0x3000;
            assertEquals(expected, white, Integer.toHexString(c));
            boolean pattern = String.valueOf((char) c).matches("(?U)\\s");
            assertEquals(expected, pattern, Integer.toHexString(c));
        }
    }
}
