package dev.tenon.models.tokenizer;

/**
 * A token that is cut out of the text as a whole, before the text between such tokens is encoded.
 *
 * @param id its id
 * @param text how it is written in text; not empty
 * @param special found only where the caller asks that special tokens be parsed
 * @param stripLeft takes the white space before it
 * @param stripRight takes the white space after it
 */
public record AddedToken(int id, String text, boolean special, boolean stripLeft, boolean stripRight) {}
