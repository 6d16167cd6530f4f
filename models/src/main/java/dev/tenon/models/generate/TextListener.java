package dev.tenon.models.generate;

/** Receives a text while it is written. */
@FunctionalInterface
public interface TextListener {
    /** Takes everything and wants more. */
    TextListener SILENT = text -> true;

    /**
     * Called with each piece of text as soon as it is certain; together the pieces are the result's text.
     *
     * @return whether to go on
     */
    boolean accept(String text);
}
