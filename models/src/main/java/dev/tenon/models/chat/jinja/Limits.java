package dev.tenon.models.chat.jinja;

/**
 * How much a template may do.
 *
 * @param steps nodes evaluated, loop items and every 32 characters made, in all
 * @param length of any one text, in UTF-16 units, or list
 * @param depth of nested evaluation, which macros that call themselves add to; about 400 bytes of stack each
 */
public record Limits(long steps, int length, int depth) {
    /** Far above what any published template needs for a prompt of a million tokens. */
    public static final Limits DEFAULT = new Limits(20_000_000, 64 << 20, 700);
}
