package dev.tenon.models.tokenizer;

/** Whether encoding puts a space before text. Text between added tokens counts as a text of its own. */
public enum SpacePrefix {
    NEVER,
    ALWAYS,
    /** Before a text that does not start with a space. */
    MISSING,
    /** As {@link #MISSING}, but only where nothing comes before the text. */
    MISSING_AT_START;

    /**
     * @param spaced whether the text starts with a space
     * @param start whether nothing comes before it
     */
    boolean adds(boolean spaced, boolean start) {
        return switch (this) {
            case NEVER -> false;
            case ALWAYS -> true;
            case MISSING -> !spaced;
            case MISSING_AT_START -> start && !spaced;
        };
    }

    /** A text, not empty, with the space that goes before it, as its spaces are written. */
    String apply(String text, char space, boolean start) {
        return adds(text.charAt(0) == space, start) ? space + text : text;
    }
}
