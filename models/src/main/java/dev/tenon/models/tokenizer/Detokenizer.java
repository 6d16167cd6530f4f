package dev.tenon.models.tokenizer;

import dev.tenon.error.InvalidArgumentException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Turns tokens into text as they come. A character whose bytes are spread over tokens appears once it is complete; the
 * texts it hands out, put together, are what {@link Tokenizer#decode} gives for all the tokens. For one thread.
 */
public final class Detokenizer {
    private final TokenPieces pieces;
    private final boolean showSpecial;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private ByteBuffer pending = ByteBuffer.allocate(64);
    private boolean dropSpace;

    Detokenizer(TokenPieces pieces, boolean showSpecial, boolean dropSpace) {
        this.pieces = pieces;
        this.showSpecial = showSpecial;
        this.dropSpace = dropSpace;
    }

    /**
     * The characters that the next token completes, often none.
     *
     * @throws InvalidArgumentException if the id is outside the vocabulary
     */
    public String accept(int id) {
        byte[] piece = pieces.bytes(id, showSpecial);
        if (piece.length == 0) {
            return "";
        }
        int from = dropSpace && piece[0] == ' ' ? 1 : 0;
        dropSpace = false;
        reserve(piece.length - from);
        pending.put(piece, from, piece.length - from);
        return decode(false);
    }

    /** What is left of a character that was never completed, as U+FFFD. The object may be used anew afterwards. */
    public String finish() {
        return decode(true);
    }

    private String decode(boolean last) {
        pending.flip();
        CharBuffer text = CharBuffer.allocate(pending.remaining() + 1);
        decoder.decode(pending, text, last);
        if (last) {
            decoder.flush(text);
            decoder.reset();
        }
        pending.compact();
        return text.flip().toString();
    }

    private void reserve(int bytes) {
        if (pending.remaining() < bytes) {
            ByteBuffer larger = ByteBuffer.allocate(2 * (pending.position() + bytes));
            larger.put(pending.flip());
            pending = larger;
        }
    }
}
