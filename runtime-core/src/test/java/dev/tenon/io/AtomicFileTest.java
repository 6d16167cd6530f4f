package dev.tenon.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.ClosedException;
import dev.tenon.error.InputOutputException;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path folder;

    private static AtomicFile.Content text(String text) {
        return channel -> AtomicFile.writeFully(channel, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void theNewContentReplacesTheOld() throws IOException {
        Path path = folder.resolve("a");
        AtomicFile.write(path, text("old"));
        AtomicFile.write(path, text("new"));
        assertEquals("new", Files.readString(path));
    }

    @Test
    void aFailureLeavesTheOldAndNothingElse() throws IOException {
        Path path = folder.resolve("a");
        AtomicFile.write(path, text("old"));
        assertThrows(
                InputOutputException.class,
                () -> AtomicFile.write(path, channel -> {
                    text("half").writeTo(channel);
                    throw new IOException("the disk is full");
                }));
        assertThrows(
                IllegalStateException.class,
                () -> AtomicFile.write(path, channel -> {
                    throw new IllegalStateException();
                }));
        assertEquals("old", Files.readString(path));
        try (var files = Files.list(folder)) {
            assertEquals(List.of(path), files.toList());
        }
        assertThrows(InputOutputException.class, () -> AtomicFile.write(folder.resolve("none/a"), text("x")));
    }

    @Test
    void aLinkStaysALink() throws IOException {
        Path target = folder.resolve("target");
        Path link = folder.resolve("link");
        AtomicFile.write(target, text("old"));
        Files.createSymbolicLink(link, target);
        AtomicFile.write(link, text("new"));
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("new", Files.readString(target));
    }

    /** A reader keeps what it mapped when the file is written anew. */
    @Test
    void aMappingOutlivesItsName() {
        Path path = folder.resolve("a");
        AtomicFile.write(path, text("old"));
        MappedFile file = MappedFile.open(path);
        AtomicFile.write(path, text("a longer text"));
        assertEquals(3, file.segment().byteSize());
        assertEquals('o', file.segment().get(ValueLayout.JAVA_BYTE, 0));
        file.close();
        assertThrows(ClosedException.class, file::segment);
    }

    @Test
    void quotedTextIsShortAndPlain() {
        assertEquals("'weight'", Quote.of("weight"));
        assertEquals("'\\u001b[2J'", Quote.of("\u001b[2J"));
        assertEquals("'\\u202e'", Quote.of("\u202e"));
        assertFalse(Quote.of("x".repeat(1000)).length() > 90);
    }
}
