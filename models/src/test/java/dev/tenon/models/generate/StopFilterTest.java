package dev.tenon.models.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class StopFilterTest {
    @Test
    void holdsBackWhatMayBecomeAStop() {
        StopFilter filter = new StopFilter(List.of("END", "\n\n"));
        assertEquals("a b ", filter.accept("a b E"));
        assertEquals("EN", filter.accept("NEN"), "the second E may begin a stop, the first did not");
        assertEquals("", filter.accept("D"));
        assertTrue(filter.isStopped());
        assertEquals("a b EN", filter.text());
    }

    @Test
    void theFirstStopCounts() {
        StopFilter filter = new StopFilter(List.of("later", "now"));
        assertEquals("up to ", filter.accept("up to now and later"));
        assertTrue(filter.isStopped());
    }

    @Test
    void whatWasHeldBackComesAtTheEnd() {
        StopFilter filter = new StopFilter(List.of("stop"));
        assertEquals("x", filter.accept("xsto"));
        assertEquals("sto", filter.finish());
        assertFalse(filter.isStopped());
        assertEquals("xsto", filter.text());
    }

    @Test
    void aStopMayRepeatItsBeginning() {
        StopFilter filter = new StopFilter(List.of("aab"));
        assertEquals("", filter.accept("a"));
        assertEquals("", filter.accept("a"));
        assertEquals("a", filter.accept("a"));
        assertEquals("", filter.accept("b"));
        assertTrue(filter.isStopped());
        assertEquals("a", filter.text());
    }
}
