package dev.tenon.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class QuoteTest {
    @Test
    void whatSteersATerminalIsSpelledOut() {
        assertEquals("'a\\u001b[31mb\\u009b\\u202e'", Quote.of("a\u001b[31mb\u009b\u202e"));
        assertEquals("one\\ntwo é \u4e2d", Quote.plain("one\ntwo é \u4e2d", 100));
    }

    @Test
    void whatIsLongIsCut() {
        assertEquals("'" + "x".repeat(80) + "...'", Quote.of("x".repeat(1000)));
        assertEquals("'" + "x".repeat(80) + "'", Quote.of("x".repeat(80)));
        assertEquals("abc...", Quote.plain("abcd", 3));
    }
}
